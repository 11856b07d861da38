package io.jitmem.tests.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.observe.CodeListener;
import io.jitmem.observe.CodeRange;
import io.jitmem.observe.PublishedCode;
import io.jitmem.virtmem.VirtMem;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * After each action a listener that believes what it is told knows the spans that are alive, all of
 * which have been written, and nothing else; in every combination of options.
 */
class PublishedRangesPropertyTest extends AllocatorContract {
  private static final List<AllocatorSetup> SETUPS = AllocatorSetup.everyCombination();

  /** What was published and not released, by address: sizes in bytes. */
  private static final class Published implements CodeListener {
    private final TreeMap<Long, Long> live = new TreeMap<>();

    @Override
    public synchronized void published(PublishedCode code) {
      CodeRange range = code.range();
      Long before = live.get(range.address());
      if (before == null) {
        requireNothingIn(range);
      } else if (before != range.byteSize()) {
        throw new AssertionError(range + " was " + before + " bytes");
      }
      live.put(range.address(), range.byteSize());
    }

    private void requireNothingIn(CodeRange range) {
      Map.Entry<Long, Long> before = live.lowerEntry(range.address() + range.byteSize());
      if (before != null && before.getKey() + before.getValue() > range.address()) {
        throw new AssertionError("not released: " + before + " in " + range);
      }
    }

    @Override
    public synchronized void released(CodeRange range) {
      Map.Entry<Long, Long> span = live.floorEntry(range.address());
      if (span == null || span.getKey() + span.getValue() != range.address() + range.byteSize()) {
        throw new AssertionError(range + " is not the end of " + span);
      }
      if (span.getKey() == range.address()) {
        live.remove(span.getKey());
      } else {
        live.put(span.getKey(), range.address() - span.getKey());
      }
    }

    @Override
    public synchronized void reset(CodeRange block) {
      live.subMap(block.address(), block.address() + block.byteSize()).clear();
    }
  }

  @Override
  protected VirtMem virtMem() {
    return VirtMem.host();
  }

  @Override
  protected List<AllocatorSetup> setups() {
    return SETUPS;
  }

  @Override
  @Property(tries = 1_200, edgeCases = EdgeCasesMode.NONE)
  public void agrees_with_the_model_after_each_action(
      @ForAll("inTurn") AllocatorSetup setup, @ForAll("programs") List<AllocatorAction> program) {
    Published published = new Published();
    try (JitAllocator allocator = observed(setup, published).build(virtMem());
        AllocatorModel model = new AllocatorModel(allocator, use())) {
      for (AllocatorAction action : program) {
        model.perform(action);
        assertThat(published.live).as("after %s", action).isEqualTo(spans(model));
      }
    }
    assertThat(published.live).isEmpty();
  }

  /** Several threads: each span is told before its memory can be another's, and in the end none. */
  @Override
  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  public void agrees_with_the_models_of_several_threads(
      @ForAll("inTurn") AllocatorSetup setup,
      @ForAll("threadPrograms") List<List<AllocatorAction>> programs)
      throws Exception {
    Published published = new Published();
    super.agrees_with_the_models_of_several_threads(observed(setup, published), programs);
    assertThat(published.live).isEmpty();
  }

  private static AllocatorSetup observed(AllocatorSetup setup, CodeListener listener) {
    return new AllocatorSetup(
        setup.name(),
        builder -> setup.options().apply(builder).listener(listener),
        setup.quarantineBytes(),
        setup.fills());
  }

  private static Map<Long, Long> spans(AllocatorModel model) {
    TreeMap<Long, Long> spans = new TreeMap<>();
    model.spans().forEach(span -> spans.put(span.address(), span.byteSize()));
    return spans;
  }
}
