package io.jitmem.observe.unwind;

import io.jitmem.ffm.NativeAccess;
import io.jitmem.observe.CodeRange;
import io.jitmem.observe.PublishedCode;
import io.jitmem.observe.tables.FunctionRange;
import io.jitmem.observe.tables.UnwindInfo;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.spi.FunctionTables;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A system that is given tables of functions: one for each piece of code. */
final class TableUnwinder implements Unwinder {
  /** A function with a frame, and what is said of it. */
  private record Framed(FunctionRange range, UnwindInfo info) {
    long end() {
      return range.offset() + range.byteSize();
    }
  }

  private final FunctionTables tables;
  private final UnwindPages pages;

  /**
   * Tables of a backend.
   *
   * @throws UnsupportedOperationException if it can have none here
   */
  TableUnwinder(VirtMem memory, FunctionTables tables) {
    this.tables = tables;
    tables.requireFunctionTables();
    pages = new UnwindPages(memory);
  }

  @Override
  public Optional<Registration> register(PublishedCode code) {
    List<Framed> framed = framed(code);
    if (framed.isEmpty()) {
      return Optional.empty();
    }
    CodeRange range = code.range();
    long page = pages.above(range.address()) - range.address();
    List<FunctionTables.Function> functions =
        framed.stream()
            .map(each ->
                new FunctionTables.Function(
                    each.range().offset(), each.end(), page + UnwindPages.offset(each.info())))
            .toList();
    FunctionTables.Table table =
        tables.add(NativeAccess.memory(range.address(), range.byteSize()), functions);
    return Optional.of(table::close);
  }

  /** The functions with frames. Of names for the same place, or overlapping ones, the first. */
  private static List<Framed> framed(PublishedCode code) {
    List<Framed> framed = new ArrayList<>();
    long end = 0;
    for (FunctionRange function : FunctionRange.of(code)) {
      Optional<UnwindInfo> info =
          UnwindInfo.of(
              code.architecture(), code.bytes().asSlice(function.offset(), function.byteSize()));
      if (info.isPresent() && function.offset() >= end) {
        Framed found = new Framed(function, info.get());
        framed.add(found);
        end = found.end();
      }
    }
    return framed;
  }

  @Override
  public void close() {
    pages.close();
  }
}
