package io.jitmem.tests.simulated.books;

import io.jitmem.tests.simulated.books.Runs.Run;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What every mapped page is, and how much memory they have in all. Not thread-safe. */
public final class PageTable {
  private final Runs<Page> runs = new Runs<>();
  private long committedBytes;

  public void set(long address, long byteSize, Page page) {
    remove(address, byteSize);
    runs.put(address, address + byteSize, page);
    committedBytes += page.hasMemory() ? byteSize : 0;
  }

  public void remove(long address, long byteSize) {
    for (Run<Page> run : in(address, byteSize)) {
      committedBytes -= run.value().hasMemory() ? run.byteSize() : 0;
    }
    runs.remove(address, address + byteSize);
  }

  /** The mapped pages of a range. */
  public List<Run<Page>> in(long address, long byteSize) {
    return runs.in(address, address + byteSize);
  }

  public @Nullable Page at(long address) {
    Run<Page> run = runs.at(address);
    return run == null ? null : run.value();
  }

  public long committedBytes() {
    return committedBytes;
  }
}
