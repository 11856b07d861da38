package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.block.GranuleRun;
import io.jitmem.observe.CodeDescription;
import io.jitmem.observe.CodeListener;
import io.jitmem.observe.CodeRange;
import io.jitmem.observe.PublishedCode;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Platform;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Those who are told of code, one after the other. Called without locks. Thread-safe. */
public final class Listeners {
  private final List<ListenerGuard> guards;
  private final Architecture architecture;

  private Listeners(List<ListenerGuard> guards, Architecture architecture) {
    this.guards = guards;
    this.architecture = architecture;
  }

  /**
   * Those of a list, of which there is one at least.
   *
   * @throws UnsupportedOperationException if it is not known what CPU the code is for
   */
  public static Listeners of(List<CodeListener> listeners) {
    Platform platform = Platform.current();
    Architecture cpu =
        platform
            .architecture()
            .orElseThrow(() ->
                new UnsupportedOperationException("there is no code to tell of on " + platform));
    return new Listeners(listeners.stream().map(ListenerGuard::new).toList(), cpu);
  }

  /** Tells of code that can be executed from now on; without a description it has its address. */
  public void published(MemorySegment rx, @Nullable CodeDescription known) {
    CodeDescription description =
        known == null ? CodeDescription.of("jitmem_0x" + Long.toHexString(rx.address())) : known;
    CodeRange range = new CodeRange(rx.address(), rx.byteSize());
    PublishedCode code = new PublishedCode(range, rx, architecture, description);
    guards.forEach(each -> each.published(code));
  }

  void released(Block block, GranuleRun run) {
    CodeRange range = range(block, run);
    guards.forEach(each -> each.released(range));
  }

  void quarantined(Block block, GranuleRun run) {
    CodeRange range = range(block, run);
    guards.forEach(each -> each.quarantined(range));
  }

  void reset(Block block) {
    MemorySegment rx = block.memory().rx();
    CodeRange range = new CodeRange(rx.address(), rx.byteSize());
    guards.forEach(each -> each.reset(range));
  }

  private static CodeRange range(Block block, GranuleRun run) {
    return new CodeRange(block.address(run.first()), block.byteSize(run.count()));
  }
}
