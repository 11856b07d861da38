package io.jitmem.windows;

import io.jitmem.nativecall.BoundFunction;
import io.jitmem.nativecall.CallState;
import java.lang.foreign.MemorySegment;

/** The calls on sections of the paging file and their views, one method each. */
final class SectionCalls {
  private static final int DWORD_BITS = 32;

  private final WindowsBinder binder;
  private final BoundFunction createFileMapping;
  private final BoundFunction mapViewOfFile;
  private final BoundFunction mapViewOfFile3;
  private final BoundFunction unmapViewOfFile;
  private final BoundFunction unmapViewOfFile2;
  private final BoundFunction closeHandle;

  SectionCalls(WindowsBinder binder) {
    this.binder = binder;
    createFileMapping = new BoundFunction(binder, WindowsFunctions.CREATE_FILE_MAPPING);
    mapViewOfFile = new BoundFunction(binder, WindowsFunctions.MAP_VIEW_OF_FILE);
    mapViewOfFile3 = new BoundFunction(binder, WindowsFunctions.MAP_VIEW_OF_FILE3);
    unmapViewOfFile = new BoundFunction(binder, WindowsFunctions.UNMAP_VIEW_OF_FILE);
    unmapViewOfFile2 = new BoundFunction(binder, WindowsFunctions.UNMAP_VIEW_OF_FILE2);
    closeHandle = new BoundFunction(binder, WindowsFunctions.CLOSE_HANDLE);
  }

  /** Makes a nameless section of the paging file; its views may be executable. */
  long createSection(long byteSize, int attributes) {
    int page = WindowsAbi.PAGE_EXECUTE_READWRITE | attributes;
    try (CallState state = new CallState(binder.error())) {
      long handle =
          (long)
              createFileMapping
                  .handle()
                  .invokeExact(
                      state.segment(),
                      WindowsAbi.INVALID_HANDLE_VALUE,
                      MemorySegment.NULL,
                      page,
                      (int) (byteSize >>> DWORD_BITS),
                      (int) byteSize,
                      MemorySegment.NULL);
      if (handle == 0) {
        throw WindowsErrors.failure(
            "CreateFileMappingW(INVALID_HANDLE_VALUE, "
                + BitNames.page(page)
                + ", "
                + byteSize
                + ")",
            state.errno());
      }
      return handle;
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** Maps the first bytes of a section where the system likes. */
  long mapView(long section, int access, long byteSize) {
    try (CallState state = new CallState(binder.error())) {
      long view =
          (long)
              mapViewOfFile.handle().invokeExact(state.segment(), section, access, 0, 0, byteSize);
      if (view == 0) {
        throw WindowsErrors.failure(
            "MapViewOfFile(section, " + BitNames.access(access) + ", " + byteSize + ")",
            state.errno());
      }
      return view;
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** Whether this system maps views over placeholders. */
  boolean hasMapViewOfFile3() {
    return mapViewOfFile3.exists() && unmapViewOfFile2.exists();
  }

  /** Maps the first bytes of a section in the place of a placeholder of exactly that size. */
  void replacePlaceholder(long section, long process, long address, long byteSize, int page) {
    try (CallState state = new CallState(binder.error())) {
      long view =
          (long)
              mapViewOfFile3
                  .handle()
                  .invokeExact(
                      state.segment(),
                      section,
                      process,
                      address,
                      0L,
                      byteSize,
                      WindowsAbi.MEM_REPLACE_PLACEHOLDER,
                      page,
                      MemorySegment.NULL,
                      0);
      if (view == 0) {
        throw WindowsErrors.failure(
            "MapViewOfFile3(section, "
                + BitNames.hex(address)
                + ", "
                + byteSize
                + ", MEM_REPLACE_PLACEHOLDER, "
                + BitNames.page(page)
                + ")",
            state.errno());
      }
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  void unmapView(long address) {
    try (CallState state = new CallState(binder.error())) {
      int ok = (int) unmapViewOfFile.handle().invokeExact(state.segment(), address);
      if (ok == 0) {
        throw WindowsErrors.failure(
            "UnmapViewOfFile(" + BitNames.hex(address) + ")", state.errno());
      }
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** Unmaps a view and leaves a placeholder. */
  void preservePlaceholder(long process, long address) {
    int flags = WindowsAbi.MEM_PRESERVE_PLACEHOLDER;
    try (CallState state = new CallState(binder.error())) {
      int ok =
          (int) unmapViewOfFile2.handle().invokeExact(state.segment(), process, address, flags);
      if (ok == 0) {
        throw WindowsErrors.failure(
            "UnmapViewOfFile2(" + BitNames.hex(address) + ", MEM_PRESERVE_PLACEHOLDER)",
            state.errno());
      }
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  void closeHandle(long handle) {
    try (CallState state = new CallState(binder.error())) {
      int ok = (int) closeHandle.handle().invokeExact(state.segment(), handle);
      if (ok == 0) {
        throw WindowsErrors.failure("CloseHandle(" + BitNames.hex(handle) + ")", state.errno());
      }
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }
}
