package io.jitmem.tests.simulated.books;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.TreeMap;

/** The live mappings, by the addresses of their views. Not thread-safe. */
public final class MappingTable {
  private final TreeMap<Long, Mapping> byAddress = new TreeMap<>();
  private long mappedBytes;
  private int count;

  public void add(Mapping mapping) {
    byAddress.put(mapping.first().address(), mapping);
    byAddress.put(mapping.second().address(), mapping);
    mappedBytes += byteSize(mapping);
    count++;
  }

  public void remove(Mapping mapping) {
    byAddress.remove(mapping.first().address());
    byAddress.remove(mapping.second().address());
    mappedBytes -= byteSize(mapping);
    count--;
  }

  /** The mapping that a segment is in. */
  public Mapping find(MemorySegment segment) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException(segment + " is not native memory");
    }
    requireAlive(segment);
    Map.Entry<Long, Mapping> below = byAddress.floorEntry(segment.address());
    if (below == null || !below.getValue().contains(segment)) {
      throw new IllegalArgumentException(Text.of(segment) + " is not memory of this system");
    }
    return below.getValue();
  }

  public static void requireAlive(MemorySegment segment) {
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException(Text.of(segment) + " was released before");
    }
  }

  public Collection<Mapping> all() {
    return new LinkedHashSet<>(byAddress.values());
  }

  public int count() {
    return count;
  }

  /** The address space of all views. */
  public long mappedBytes() {
    return mappedBytes;
  }

  private static long byteSize(Mapping mapping) {
    return mapping.first().byteSize() * (mapping.isDual() ? 2 : 1);
  }
}
