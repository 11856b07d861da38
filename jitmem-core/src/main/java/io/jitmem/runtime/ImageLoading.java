package io.jitmem.runtime;

import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteScope;
import io.jitmem.allocator.data.DataMemory;
import io.jitmem.allocator.data.DataSpan;
import io.jitmem.link.Image;
import io.jitmem.link.Region;
import io.jitmem.observe.CodeDescription;
import io.jitmem.observe.CodeRange;
import io.jitmem.observe.CodeSymbol;
import io.jitmem.virtmem.Placement;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts an image into memory. Used by one thread. */
final class ImageLoading {
  /** What every span is aligned to. */
  private static final long SPAN_ALIGNMENT = 64;

  private final Image image;
  private final ImageMemory.Owners owners;
  private @Nullable Span code;
  private @Nullable DataSpan readOnly;
  private @Nullable DataSpan writable;
  private long padding;

  ImageLoading(Image image, ImageMemory.Owners owners) {
    this.image = image;
    this.owners = owners;
  }

  /** Allocates what the image needs, and tells it where that is. */
  void place(WriteScope scope, ReadOnlyPages pages) {
    placeCode(scope);
    Placement where = code == null ? Placement.anywhere() : DataMemory.near(code.address());
    long constants = image.byteSize(Region.READ_ONLY);
    if (constants > 0) {
      DataSpan span = pages.allocate(constants, image.alignment(Region.READ_ONLY), where);
      readOnly = span;
      image.placeAt(Region.READ_ONLY, span.address());
    }
    long variables = image.byteSize(Region.WRITABLE);
    if (variables > 0) {
      DataSpan span = owners.data().allocate(variables, image.alignment(Region.WRITABLE), where);
      writable = span;
      image.placeAt(Region.WRITABLE, span.address());
    }
  }

  private void placeCode(WriteScope scope) {
    long byteSize = image.byteSize(Region.CODE);
    if (byteSize == 0) {
      return;
    }
    long alignment = image.alignment(Region.CODE);
    Span span = scope.allocate(byteSize + Math.max(0, alignment - SPAN_ALIGNMENT));
    code = span;
    padding = -span.address() & (alignment - 1);
    image.placeAt(Region.CODE, span.address() + padding);
  }

  /** Computes and writes what the image holds, and gives back what it did not need for it. */
  void write(WriteScope scope) {
    image.relocate();
    if (code != null) {
      writeCode(scope, code, image.contents(Region.CODE));
    }
    write(readOnly, image.contents(Region.READ_ONLY));
    write(writable, image.contents(Region.WRITABLE));
  }

  /** Says what the code is, once it is written and the constants are sealed. */
  void describe(WriteScope scope) {
    Span span = code;
    if (span != null) {
      scope.describe(
          span,
          new CodeDescription(
              image.name(),
              symbols(span),
              List.of(),
              image.frames().map(frames -> new CodeRange(frames.address(), frames.byteSize()))));
    }
  }

  private List<CodeSymbol> symbols(Span span) {
    return image.functions().stream()
        .map(each -> new CodeSymbol(each.name(), each.address() - span.address(), each.byteSize()))
        .toList();
  }

  private void writeCode(WriteScope scope, Span span, MemorySegment contents) {
    long used = Math.max(1, padding + contents.byteSize());
    if (span.byteSize() - used >= SPAN_ALIGNMENT) {
      owners.allocator().shrink(span, used);
    }
    scope.write(span, padding, contents);
  }

  private static void write(@Nullable DataSpan span, MemorySegment contents) {
    if (span != null) {
      span.memory().copyFrom(contents);
    }
  }

  Image image() {
    return image;
  }

  ImageMemory memory() {
    return new ImageMemory(owners, code, readOnly, writable);
  }

  /** What is to be released if loading fails: constants that are not sealed go with their batch. */
  ImageMemory memoryToUndo(boolean sealed) {
    return new ImageMemory(owners, code, sealed ? readOnly : null, writable);
  }
}
