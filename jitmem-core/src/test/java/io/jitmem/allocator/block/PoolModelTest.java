package io.jitmem.allocator.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pools and blocks beside arrays in which each granule says what it is. */
class PoolModelTest {
  private static final int GRANULE = 64;
  private static final int PAGE = 4096;
  private static final int PAGE_GRANULES = PAGE / GRANULE;
  private static final int LARGEST_BLOCK = 1 << 18;
  private static final int FREE = -1;
  private static final int HELD = -2;
  private static final int PARKED = -3;
  private static final int PADDING = -4;

  private record Name(Block block, int first, int count, int birth, boolean untouched) {}

  private record Hold(Block block, GranuleRun run) {}

  /** A block's granules: what each is, or the first of its span. */
  private static final class Model {
    final int[] granules;
    int spannedTo;

    Model(int count, int padding) {
      granules = new int[count];
      clear(padding);
    }

    void clear(int padding) {
      Arrays.fill(granules, FREE);
      Arrays.fill(granules, 0, padding, PADDING);
    }

    void fill(int first, int end, int what) {
      Arrays.fill(granules, first, end, what);
    }

    long count(int what) {
      return Arrays.stream(granules).filter(each -> each == what).count();
    }

    boolean isAll(int first, int end, int what) {
      return Arrays.stream(granules, first, end).allMatch(each -> each == what);
    }

    int longestFree() {
      int longest = 0;
      int run = 0;
      for (int each : granules) {
        run = each == FREE ? run + 1 : 0;
        longest = Math.max(longest, run);
      }
      return longest;
    }
  }

  private final IdentityHashMap<Block, Model> models = new IdentityHashMap<>();
  private final List<Name> live = new ArrayList<>();
  private final List<Name> gone = new ArrayList<>();
  private final List<Hold> held = new ArrayList<>();
  private Pool pool = pool(0, Optional.empty());
  private Random random = new Random();
  private int padding;
  private boolean lookedUp;

  private Pool pool(int unused, Optional<RandomGenerator> numbers) {
    return new Pool(new PoolShape(GRANULE, unused, 1 << 16, LARGEST_BLOCK, false), this, numbers);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0, false, false, 40",
    "2, 1, false, true, 90",
    "3, 1, true, true, 40",
    "4, 0, true, false, 200",
    "5, 1, false, false, 300",
    "6, 1, false, true, 8"
  })
  void does_what_arrays_do(int seed, int unused, boolean atRandom, boolean asked, int largest) {
    random = new Random(seed);
    padding = unused;
    lookedUp = asked;
    pool = pool(padding, atRandom ? Optional.of(new SplittableRandom(seed)) : Optional.empty());
    for (int step = 0; step < 2500; step++) {
      take(largest);
      if (step % 40 == 0) {
        pool.verify();
      }
      requireFigures();
    }
    while (!live.isEmpty()) {
      end(live.removeLast());
    }
    requireFigures();
    pool.verify();
  }

  private void take(int largest) {
    int choice = random.nextInt(100);
    if (choice < 45 || pool.blocks().isEmpty()) {
      allocate(1 + random.nextInt(random.nextInt(20) == 0 ? 900 : largest));
    } else if (choice < 75 && !live.isEmpty()) {
      end(live.remove(random.nextInt(live.size())));
    } else if (choice < 82 && !live.isEmpty()) {
      shrink(random.nextInt(live.size()));
    } else if (choice < 88 && !held.isEmpty()) {
      letGo(held.remove(random.nextInt(held.size())));
    } else if (choice < 91) {
      giveBackPages(anyBlock());
    } else if (choice < 93) {
      takeBackPages();
    } else if (choice == 93 && random.nextInt(4) == 0) {
      reset(anyBlock());
    } else if (choice < 95) {
      removeIfEmpty(anyBlock());
    } else {
      lookUp(anyBlock());
    }
  }

  private Block anyBlock() {
    return pool.blocks().get(random.nextInt(pool.blocks().size()));
  }

  private Model model(Block block) {
    return Objects.requireNonNull(models.get(block));
  }

  private void allocate(int count) {
    int longest =
        pool.blocks().stream().mapToInt(each -> model(each).longestFree()).max().orElse(0);
    Name placed = pool.allocate(count, Name::new);
    assertThat(placed != null).isEqualTo(longest >= count);
    Name name = placed != null ? placed : inNewBlock(count);
    Model model = model(name.block());
    assertThat(name.count()).isEqualTo(count);
    assertThat(model.isAll(name.first(), name.first() + count, FREE)).isTrue();
    assertThat(name.birth()).isEqualTo(name.block().clock());
    boolean fresh = name.first() >= model.spannedTo && !name.block().memory().usedBefore();
    assertThat(name.untouched()).isEqualTo(fresh);
    model.spannedTo = Math.max(model.spannedTo, name.first() + count);
    model.fill(name.first(), name.first() + count, name.first());
    live.add(name);
  }

  private Name inNewBlock(int count) {
    long least = pool.leastByteSize(count);
    assertThat(least).isEqualTo((long) (count + padding) * GRANULE);
    long size = pool.byteSizeOfNewBlock(count);
    assertThat(size).isEqualTo(Math.max(least, nextSize));
    nextSize = Math.min(LARGEST_BLOCK, 2 * nextSize);
    MemorySegment memory = MemorySegment.ofArray(new byte[(int) size]);
    BlockMemory block = new BlockMemory(memory, memory, "", 0, random.nextBoolean());
    Name name = pool.allocateIn(block, count, Name::new);
    models.put(name.block(), new Model((int) size / GRANULE, padding));
    if (lookedUp) {
      name.block().expectOtherHolders();
    }
    return name;
  }

  private long nextSize = 1 << 16;

  private void end(Name name) {
    Block block = name.block();
    assertThat(block.isCurrent(name.first(), name.birth())).isTrue();
    assertThat(block.startsAt(block.address(name.first()))).isTrue();
    int count = block.countAt(name.first());
    int what = random.nextInt(3) > 0 ? FREE : HELD;
    if (what == FREE) {
      block.free(name.first(), count);
    } else {
      GranuleRun run = block.hold(name.first());
      assertThat(run).isEqualTo(new GranuleRun(name.first(), count));
      held.add(new Hold(block, run));
    }
    model(block).fill(name.first(), name.first() + count, what);
    gone.add(name);
  }

  private void shrink(int index) {
    Name name = live.get(index);
    int count = name.block().countAt(name.first());
    assertThat(count).isEqualTo(name.count());
    int kept = 1 + random.nextInt(count);
    int what = kept < count && random.nextInt(3) == 0 ? HELD : FREE;
    if (what == HELD) {
      GranuleRun run = name.block().holdEnd(name.first(), kept);
      assertThat(run).isEqualTo(new GranuleRun(name.first() + kept, count - kept));
      held.add(new Hold(name.block(), run));
    } else {
      name.block().shrink(name.first(), kept);
    }
    model(name.block()).fill(name.first() + kept, name.first() + count, what);
    live.set(index, new Name(name.block(), name.first(), kept, name.birth(), name.untouched()));
  }

  private void letGo(Hold hold) {
    assertThat(hold.block().isHeld(hold.run())).isTrue();
    hold.block().unhold(hold.run());
    model(hold.block()).fill(hold.run().first(), hold.run().end(), FREE);
  }

  private void giveBackPages(Block block) {
    Model model = model(block);
    List<GranuleRun> runs = block.holdFreePages(PAGE);
    for (GranuleRun run : runs) {
      assertThat(run.first() % PAGE_GRANULES).isZero();
      assertThat(run.count() % PAGE_GRANULES).isZero();
      assertThat(model.isAll(run.first(), run.end(), FREE)).isTrue();
      model.fill(run.first(), run.end(), HELD);
    }
    int touched = touchedTo(model);
    for (int page = 0; page + PAGE_GRANULES <= touched; page += PAGE_GRANULES) {
      assertThat(model.isAll(page, page + PAGE_GRANULES, FREE)).isFalse();
    }
    assertThat(block.isEmpty()).isEqualTo(isEmpty(block) && runs.isEmpty());
    for (GranuleRun run : runs) {
      if (random.nextInt(5) > 0) {
        block.park(run);
        model.fill(run.first(), run.end(), PARKED);
      } else {
        block.unhold(run);
        model.fill(run.first(), run.end(), FREE);
      }
    }
  }

  private static int touchedTo(Model model) {
    int pages = (model.spannedTo + PAGE_GRANULES - 1) / PAGE_GRANULES;
    return Math.min(pages * PAGE_GRANULES, model.granules.length);
  }

  private void takeBackPages() {
    Block block = pool.blockWithParked();
    boolean any = pool.blocks().stream().anyMatch(each -> model(each).count(PARKED) > 0);
    assertThat(block != null).isEqualTo(any);
    if (block != null) {
      assertThat(block.hasParked()).isTrue();
      for (GranuleRun run : block.holdParked()) {
        assertThat(model(block).isAll(run.first(), run.end(), PARKED)).isTrue();
        assertThat(block.isHeld(run)).isTrue();
        block.unhold(run);
        model(block).fill(run.first(), run.end(), FREE);
      }
      assertThat(block.hasParked()).isFalse();
    }
  }

  private void reset(Block block) {
    pool.reset(block);
    model(block).clear(padding);
    held.removeIf(hold -> {
      boolean mine = hold.block() == block;
      assertThat(mine && block.isHeld(hold.run())).isFalse();
      return mine;
    });
    live.removeIf(name -> {
      boolean mine = name.block() == block;
      assertThat(mine && block.isCurrent(name.first(), name.birth())).isFalse();
      return mine;
    });
  }

  private void removeIfEmpty(Block block) {
    if (block.isEmpty()) {
      pool.remove(block);
      assertThat(block.isDiscarded()).isTrue();
      assertThat(block.startsAt(block.address(0))).isFalse();
      assertThat(pool.blocks()).doesNotContain(block);
      gone.removeIf(name -> name.block() == block);
      models.remove(block);
      if (pool.blocks().isEmpty()) {
        nextSize = 1 << 16;
      }
    }
  }

  private void lookUp(Block block) {
    Model model = model(block);
    int granule = random.nextInt(model.granules.length);
    int start = model.granules[granule];
    long address = block.address(granule) + random.nextInt(GRANULE);
    assertThat(block.granuleAt(address)).isEqualTo(granule);
    Name found = block.lookUp(address, Name::new);
    assertThat(found != null).isEqualTo(start >= 0);
    assertThat(block.startAround(granule)).isEqualTo(start >= 0 ? block.address(start) : 0);
    assertThat(block.startsAt(address))
        .isEqualTo(start == granule && address == block.address(granule));
    if (found != null) {
      assertThat(found.first()).isEqualTo(start);
      assertThat(model.isAll(start, start + found.count(), start)).isTrue();
      assertThat(found.birth()).isEqualTo(block.clock());
      assertThat(found.untouched()).isFalse();
    }
    if (lookedUp) {
      for (Name name : gone) {
        assertThat(name.block().isCurrent(name.first(), name.birth())).isFalse();
      }
    }
  }

  private boolean isEmpty(Block block) {
    Model model = model(block);
    return model.count(HELD) == 0 && Arrays.stream(model.granules).noneMatch(each -> each >= 0);
  }

  private void requireFigures() {
    int empty = 0;
    for (Block block : pool.blocks()) {
      Model model = model(block);
      long used = Arrays.stream(model.granules).filter(each -> each >= 0).count();
      assertThat(block.usedBytes()).isEqualTo(used * GRANULE);
      assertThat(block.heldBytes()).isEqualTo(model.count(HELD) * GRANULE);
      assertThat(block.committedBytes(PAGE))
          .isEqualTo((touchedTo(model) - model.count(PARKED)) * GRANULE);
      assertThat(block.isEmpty()).isEqualTo(isEmpty(block));
      long spans = live.stream().filter(name -> name.block() == block).count();
      assertThat(block.spanCount()).isEqualTo((int) spans);
      empty += block.isEmpty() ? 1 : 0;
    }
    assertThat(pool.emptyBlockCount()).isEqualTo(empty);
  }
}
