package io.jitmem.allocator.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BlockTest {
  private static final int BYTES = 1 << 18;
  private static final int GRANULE = 64;
  private static final int PAGE = 4096;

  private record Name(Block block, int first, int count, int birth, boolean untouched) {}

  private final MemorySegment rx = Arena.ofAuto().allocate(BYTES, PAGE);
  private final MemorySegment rw = Arena.ofAuto().allocate(BYTES, PAGE);
  private final Pool pool = pool(false);
  private final Name keeper = inNewBlock();
  private final Block block = keeper.block();

  private Pool pool(boolean headroom) {
    return new Pool(new PoolShape(GRANULE, 1, 1 << 16, 1 << 20, headroom), this, Optional.empty());
  }

  private Name inNewBlock() {
    return pool.allocateIn(new BlockMemory(rx, rw, "two views", 0, false), 1, Name::new);
  }

  private Name place(int count) {
    return Objects.requireNonNull(pool.allocate(count, Name::new));
  }

  @Test
  void knows_where_it_is() {
    assertThat(block.pool()).isSameAs(pool);
    assertThat(block.owner()).isSameAs(this);
    assertThat(pool.owner()).isSameAs(this);
    assertThat(block.granuleShift()).isEqualTo(6);
    assertThat(block.address(3)).isEqualTo(rx.address() + 3 * GRANULE);
    assertThat(block.byteSize(3)).isEqualTo(3 * GRANULE);
    assertThat(block.rx(2, 5).address()).isEqualTo(rx.address() + 2 * GRANULE);
    assertThat(block.rx(2, 5).byteSize()).isEqualTo(5 * GRANULE);
    assertThat(block.rw(2, 5).address()).isEqualTo(rw.address() + 2 * GRANULE);
    assertThat(block.rw(2, 5).byteSize()).isEqualTo(5 * GRANULE);
    assertThat(block.whole()).isEqualTo(new GranuleRun(0, BYTES / GRANULE));
    assertThat(block.granuleAt(rx.address() + 2 * GRANULE - 1)).isEqualTo(1);
  }

  @Test
  void has_a_pool_of_a_shape() {
    assertThat(pool.granuleByteSize()).isEqualTo(GRANULE);
    assertThat(pool.isHeadroom()).isFalse();
    assertThat(pool(true).isHeadroom()).isTrue();
    assertThat(pool.granuleCount(1)).isEqualTo(1);
    assertThat(pool.granuleCount(GRANULE)).isEqualTo(1);
    assertThat(pool.granuleCount(GRANULE + 1)).isEqualTo(2);
    assertThat(pool.overheadBytes()).isPositive();
    assertThat(block.overheadBytes()).isGreaterThan(BYTES / GRANULE / 4);
    place(3);
    assertThat(block.stepCount()).isNotNegative();
  }

  @Test
  void has_one_scope_at_a_time_for_entries() {
    Arena scope = block.entries();
    assertThat(block.entries()).isSameAs(scope);
    block.endEntries();
    assertThat(scope.scope().isAlive()).isFalse();
    block.endEntries();
    assertThat(block.entries().scope().isAlive()).isTrue();
  }

  @Test
  void is_unmapped_by_whoever_works_on_it_last() {
    assertThat(block.isPinned()).isFalse();
    block.pin();
    block.pin();
    assertThat(block.isPinned()).isTrue();
    assertThat(block.unpin()).isFalse();
    assertThat(block.isPinned()).isTrue();
    assertThat(block.unpin()).isFalse();
    assertThat(block.isPinned()).isFalse();
    block.pin();
    pool.remove(block);
    assertThat(block.isDiscarded()).isTrue();
    assertThat(block.unpin()).isTrue();
  }

  @Test
  void tells_old_names_from_new_ones_once_somebody_has_looked() {
    Name first = place(2);
    assertThat(block.isUndisputed(first.birth())).isTrue();
    assertThat(block.expectsOtherHolders()).isFalse();
    block.expectOtherHolders();
    assertThat(block.expectsOtherHolders()).isTrue();
    assertThat(block.isUndisputed(first.birth())).isFalse();
    assertThat(block.isCurrent(first.first(), first.birth())).isTrue();
    block.free(first.first(), 2);
    Name second = place(2);
    assertThat(second.first()).isEqualTo(first.first());
    assertThat(block.isCurrent(first.first(), first.birth())).isFalse();
    assertThat(block.isCurrent(second.first(), second.birth())).isTrue();
    block.free(second.first(), 2);
    block.free(keeper.first(), 1);
    Name third = place(2);
    assertThat(third.birth()).isGreaterThan(second.birth());
    assertThat(block.isCurrent(third.first(), keeper.birth())).isFalse();
    assertThat(block.isUndisputed(keeper.birth())).isFalse();
  }

  @Test
  void has_no_names_left_when_it_is_reset_or_gone() {
    Name name = place(2);
    pool.reset(block);
    assertThat(block.isUndisputed(name.birth())).isFalse();
    assertThat(block.isCurrent(name.first(), name.birth())).isFalse();
    Name next = place(2);
    assertThat(block.isUndisputed(next.birth())).isTrue();
    assertThat(block.startsAt(block.address(next.first()))).isTrue();
    assertThat(block.startsAt(block.address(next.first()) + 1)).isFalse();
    assertThat(block.startsAt(block.address(next.first() + 1))).isFalse();
    pool.remove(block);
    assertThat(block.isUndisputed(next.birth())).isFalse();
    assertThat(block.startsAt(block.address(next.first()))).isFalse();
    assertThat(block.lookUp(block.address(next.first()), Name::new)).isNull();
  }

  @Test
  void populates_chunks_and_single_pages_where_some_were_given_back() {
    int chunk = (64 << 10) / GRANULE;
    assertThat(block.toPopulate(5, 6, PAGE)).isEqualTo(new GranuleRun(0, chunk));
    assertThat(block.toPopulate(chunk - 1, chunk + 1, PAGE))
        .isEqualTo(new GranuleRun(0, 2 * chunk));
    assertThat(block.isPopulated(0, chunk)).isFalse();
    block.populated(new GranuleRun(0, chunk));
    assertThat(block.isPopulated(0, chunk)).isTrue();
    Name large = place(chunk);
    block.free(large.first(), chunk);
    for (GranuleRun run : block.holdFreePages(PAGE)) {
      block.park(run);
    }
    assertThat(block.hasParked()).isTrue();
    assertThat(block.toPopulate(5, 6, PAGE)).isEqualTo(new GranuleRun(0, PAGE / GRANULE));
    assertThat(block.isPopulated(0, 1)).isFalse();
  }

  @Test
  void finds_faults_in_itself() {
    Name name = place(4);
    block.verify();
    block.map.free(name.first(), 4);
    assertThatIllegalStateException().isThrownBy(block::verify).withMessageContaining("counted");
  }

  @Test
  void finds_more_parked_than_withheld() {
    place(200);
    Name name = place(200);
    block.free(name.first(), 200);
    GranuleRun run = block.holdFreePages(PAGE).getFirst();
    block.park(run);
    block.verify();
    block.map.freeWithheld(run.first(), run.count());
    assertThatIllegalStateException().isThrownBy(block::verify).withMessageContaining("held");
  }

  @Test
  void a_pool_finds_faults_in_itself() {
    pool.verify();
    pool.unemptied();
    assertThatIllegalStateException().isThrownBy(pool::verify).withMessageContaining("empty");
  }

  @Test
  void a_pool_finds_a_block_in_the_wrong_slot() {
    Name other = inNewBlock();
    pool.verify();
    other.block().slot = 0;
    assertThatIllegalStateException().isThrownBy(pool::verify).withMessageContaining("slot");
  }

  @Test
  void a_pool_finds_an_index_that_knows_too_little() {
    Name rest = place(BYTES / GRANULE - 2);
    assertThat(pool.allocate(1, Name::new)).isNull();
    pool.verify();
    block.grown = true;
    block.free(rest.first(), rest.count());
    assertThatIllegalStateException().isThrownBy(pool::verify).withMessageContaining("index");
  }
}
