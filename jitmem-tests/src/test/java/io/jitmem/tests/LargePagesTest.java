package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.PageInfo;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Large pages as a hint. The system is made to say that it has them: not every one that runs this
 * does.
 */
class LargePagesTest {
  private static final long LARGE = 2 << 20;

  @Test
  void blocks_of_whole_large_pages_ask_for_them() {
    try (JitAllocator allocator = on(true).largePages(true).blockSize(4 << 20).build()) {
      allocator.allocate(100);
      assertThat(allocator.statistics().largePageBlockCount()).isEqualTo(1);
      assertThat(allocator.statistics().largePageFallbackCount()).isZero();
      assertThat(allocator.statistics().committedBytes()).isEqualTo(LARGE);
    }
  }

  @Test
  void normal_pages_are_taken_and_counted_where_the_system_refuses() {
    try (JitAllocator allocator = on(false).largePages(true).blockSize(4 << 20).build()) {
      allocator.write(allocator.allocate(100), new byte[100]);
      assertThat(allocator.statistics().largePageBlockCount()).isZero();
      assertThat(allocator.statistics().largePageFallbackCount()).isEqualTo(1);
      assertThat(allocator.statistics().committedBytes()).isEqualTo(64 << 10);
    }
  }

  @Test
  void blocks_that_are_smaller_or_not_to_have_them_do_not_ask() {
    try (JitAllocator small = on(false).largePages(true).build();
        JitAllocator normal = on(false).blockSize(4 << 20).build()) {
      small.allocate(100);
      normal.allocate(100);
      assertThat(small.statistics().largePageFallbackCount()).isZero();
      assertThat(normal.statistics().largePageFallbackCount()).isZero();
    }
  }

  @Test
  void blocks_can_be_aligned_to_large_pages() {
    try (JitAllocator allocator = on(true).alignBlockSizeToLargePage(true).build()) {
      allocator.allocate(100);
      assertThat(allocator.statistics().reservedBytes()).isEqualTo(LARGE);
      allocator.allocate(3 << 20);
      assertThat(allocator.statistics().reservedBytes()).isEqualTo(3 * LARGE);
    }
  }

  private static JitAllocatorBuilder on(boolean granting) {
    VirtMem system = mock(VirtMem.class, delegatesTo(VirtMem.host()));
    PageInfo pages = VirtMem.host().pages();
    doReturn(new PageInfo(pages.byteSize(), pages.granularity(), List.of(LARGE)))
        .when(system)
        .pages();
    doAnswer(
            call -> {
              MappingOptions options = call.getArgument(2);
              if (options.largePageByteSize() > 0 && !granting) {
                throw new VirtMemException(Kind.OUT_OF_MEMORY, "no large pages left");
              }
              return VirtMem.host()
                  .allocate(call.getArgument(0), call.getArgument(1), options.withLargePages(0));
            })
        .when(system)
        .allocate(anyLong(), any(), any());
    doReturn(0L).when(system).useLargePages(any());
    return JitAllocator.builder().virtMem(system).strategy(WriteStrategy.DIRECT);
  }
}
