package io.jitmem.audit;

import java.lang.invoke.MethodHandles.Lookup;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * What a module declares of a system's interface, by name. Each map is the caller's own and may be
 * changed. Stateless.
 *
 * <p>A look-up says what is seen: pass that of the test, {@code MethodHandles.lookup()}. What is
 * private to a class is taken for no part of the interface and left out.
 */
public final class Declared {
  private static final Set<Class<?>> INTEGERS =
      Set.of(byte.class, short.class, int.class, long.class);

  private Declared() {}

  /**
   * The constants of some classes.
   *
   * @param lookup sees the classes and their fields
   * @param holders the classes
   * @return the value of each static field of an integer type that is not private, by its name
   * @throws IllegalArgumentException if the look-up may not read one of them, or two of the same
   *     name differ
   */
  public static Map<String, Long> numbers(Lookup lookup, Class<?>... holders) {
    Map<String, Long> found = new TreeMap<>();
    for (Class<?> holder : holders) {
      for (Field field : holder.getDeclaredFields()) {
        if (isShared(field) && INTEGERS.contains(field.getType())) {
          putNew(found, field.getName(), ((Number) value(lookup, field)).longValue());
        }
      }
    }
    return found;
  }

  private static void putNew(Map<String, Long> found, String name, long value) {
    Long other = found.putIfAbsent(name, value);
    if (other != null && other != value) {
      throw new IllegalArgumentException("%s is both %d and %d".formatted(name, other, value));
    }
  }

  /**
   * The objects of one type that some classes declare, as those that describe functions.
   *
   * @param <T> their type
   * @param lookup sees the classes and their fields
   * @param type their type; fields of a subtype are left out
   * @param holders the classes
   * @return the value of each static field of the type, by its class and name
   * @throws IllegalArgumentException if the look-up may not read one of them
   */
  public static <T> Map<String, T> values(Lookup lookup, Class<T> type, Class<?>... holders) {
    Map<String, T> found = new TreeMap<>();
    for (Class<?> holder : holders) {
      for (Field field : holder.getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers()) && field.getType() == type) {
          found.put(
              holder.getSimpleName() + "." + field.getName(), type.cast(value(lookup, field)));
        }
      }
    }
    return found;
  }

  private static boolean isShared(Field field) {
    return Modifier.isStatic(field.getModifiers()) && !Modifier.isPrivate(field.getModifiers());
  }

  private static Object value(Lookup lookup, Field field) {
    try {
      return lookup.unreflectGetter(field).invoke();
    } catch (IllegalAccessException hidden) {
      throw new IllegalArgumentException(lookup + " may not read " + field, hidden);
    } catch (Throwable impossible) {
      throw new AssertionError("a field cannot be read", impossible);
    }
  }

  /**
   * The numbers that a record has for one system.
   *
   * @param lookup sees the record and its accessors
   * @param numbers the record
   * @return the value of each component of an integer type, by its name
   * @throws IllegalArgumentException if the look-up may not call an accessor
   */
  public static Map<String, Long> components(Lookup lookup, Record numbers) {
    Map<String, Long> found = new TreeMap<>();
    for (RecordComponent component : numbers.getClass().getRecordComponents()) {
      if (INTEGERS.contains(component.getType())) {
        found.put(component.getName(), ((Number) value(lookup, component, numbers)).longValue());
      }
    }
    return found;
  }

  private static Object value(Lookup lookup, RecordComponent component, Record numbers) {
    try {
      return lookup.unreflect(component.getAccessor()).invoke(numbers);
    } catch (IllegalAccessException hidden) {
      throw new IllegalArgumentException(lookup + " may not call " + component, hidden);
    } catch (Throwable impossible) {
      throw new AssertionError("an accessor failed", impossible);
    }
  }

  /**
   * The codes that have a name, as those of errors.
   *
   * @param names the name of a code; empty if it has none
   * @param from the first code that is asked for
   * @param end the code after the last
   * @return the codes by their names
   * @throws IllegalArgumentException if two codes have the same name
   */
  public static Map<String, Long> named(IntFunction<String> names, int from, int end) {
    Map<String, Long> found = new TreeMap<>();
    for (int code = from; code < end; code++) {
      String name = names.apply(code);
      if (!name.isEmpty()) {
        putNew(found, name, code);
      }
    }
    return found;
  }
}
