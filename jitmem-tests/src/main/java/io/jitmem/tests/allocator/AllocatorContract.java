package io.jitmem.tests.allocator;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.ResetPolicy;
import io.jitmem.tests.allocator.AllocatorModel.Use;
import io.jitmem.tests.simulated.SimulatedProcessor;
import io.jitmem.tests.simulated.SimulatedVirtMem;
import io.jitmem.virtmem.VirtMem;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/**
 * What holds for an allocator in every configuration, as jqwik properties. Subclass it, say on
 * which backend and in which configurations, and run it; a name that ends with {@code PropertyTest}
 * keeps it apart from JUnit Jupiter's.
 *
 * <p>Random programs of {@link AllocatorAction}s run beside an {@link AllocatorModel}. After each
 * action hold: no two spans overlap; each is aligned, has the size that was asked for, and the
 * contents that were written, through both views; statistics and model agree; a span is found by
 * its bytes, and nothing by bytes that were released; misuse is refused, with nothing changed;
 * {@link JitAllocator#verify()} finds nothing. At the end everything was given back to the backend.
 * The same holds, as far as it can be seen, when several threads do it.
 *
 * <p><b>A failure</b> prints the shortest list of actions that was found to fail, and a seed.
 * {@link PropertyRun} says how to run with that seed again, and how to run longer.
 */
@AddLifecycleHook(PropertyRun.class)
public abstract class AllocatorContract {
  private static final int TRIES = 400;
  private static final int THREADED_TRIES = 60;
  private static final int THREADS = 8;
  private static final int MOST_ACTIONS = 100;
  private static final long LARGEST = 300_000;

  /** For subclasses. */
  protected AllocatorContract() {}

  /**
   * The backend; may be the same for all runs. What is read and written must be memory: see {@link
   * #use()}.
   *
   * @return the backend
   */
  protected abstract VirtMem virtMem();

  /**
   * The configurations. Runs take them in turn. Where there are many, let there be more runs:
   * override the property with another number of tries, and call it.
   *
   * @return at least one; only the default configuration unless overridden
   */
  protected List<AllocatorSetup> setups() {
    return List.of(AllocatorSetup.of("default options", builder -> builder));
  }

  /**
   * Whether there is memory behind the backend's addresses.
   *
   * @return {@link Use#ALONE} unless overridden; {@link Use#ALONE_UNTOUCHED} if there is none
   */
  protected Use use() {
    return Use.ALONE;
  }

  /**
   * The size of the largest span.
   *
   * @return a size in bytes, 1 to {@link JitAllocator#MAX_SPAN_BYTE_SIZE}; some blocks unless
   *     overridden
   */
  protected long largestByteSize() {
    return LARGEST;
  }

  /**
   * Is called at the end of each run that has found nothing, before the allocator is closed.
   *
   * @param setup the configuration
   * @param allocator the allocator, with no or some spans alive
   * @param models the models of its threads, each with what it has done and the spans it has left
   */
  protected void finished(
      AllocatorSetup setup, JitAllocator allocator, List<AllocatorModel> models) {}

  /**
   * One thread does it. In every second run the allocator is closed with spans alive.
   *
   * @param setup a configuration
   * @param program what is done
   */
  @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
  public void agrees_with_the_model_after_each_action(
      @ForAll("inTurn") AllocatorSetup setup, @ForAll("programs") List<AllocatorAction> program) {
    Ledger ledger = new Ledger(virtMem());
    JitAllocator allocator = setup.build(ledger.virtMem());
    try (allocator;
        AllocatorModel model = model(allocator, use(), setup)) {
      for (AllocatorAction action : program) {
        model.perform(action);
        model.requireAgreement();
      }
      if (program.size() % 2 == 0) {
        model.releaseAll();
        model.requireAgreement();
      }
      finished(setup, allocator, List.of(model));
    }
    ledger.requireEmpty();
    requireClosed(allocator);
  }

  /**
   * Several threads do it at once, each with spans of its own. What each writes must be there when
   * it reads, so no two have the same memory.
   *
   * @param setup a configuration
   * @param programs what each thread does
   * @throws Exception if the test is interrupted
   */
  @Property(tries = THREADED_TRIES, edgeCases = EdgeCasesMode.NONE)
  public void agrees_with_the_models_of_several_threads(
      @ForAll("inTurn") AllocatorSetup setup,
      @ForAll("threadPrograms") List<List<AllocatorAction>> programs)
      throws Exception {
    Ledger ledger = new Ledger(virtMem());
    JitAllocator allocator = setup.build(ledger.virtMem());
    try (allocator) {
      List<AllocatorModel> models = runTogether(allocator, setup, programs);
      allocator.verify();
      AllocatorModel.requireTogether(models);
      models.forEach(AllocatorModel::releaseAll);
      allocator.verify();
      AllocatorModel.requireTogether(models);
      models.forEach(AllocatorModel::close);
      finished(setup, allocator, models);
    }
    ledger.requireEmpty();
    requireClosed(allocator);
  }

  private List<AllocatorModel> runTogether(
      JitAllocator allocator, AllocatorSetup setup, List<List<AllocatorAction>> programs)
      throws Exception {
    Use shared = use() == Use.ALONE ? Use.SHARED : Use.SHARED_UNTOUCHED;
    List<Future<AllocatorModel>> running = new ArrayList<>();
    CyclicBarrier start = new CyclicBarrier(programs.size());
    try (ExecutorService threads = Executors.newFixedThreadPool(programs.size())) {
      for (List<AllocatorAction> program : programs) {
        AllocatorModel model = model(allocator, shared, setup);
        running.add(threads.submit(() -> run(model, start, program)));
      }
    }
    List<AllocatorModel> models = new ArrayList<>();
    for (Future<AllocatorModel> each : running) {
      models.add(ended(each));
    }
    return models;
  }

  private static AllocatorModel ended(Future<AllocatorModel> run) throws InterruptedException {
    try {
      return run.get();
    } catch (ExecutionException failed) {
      throw new AssertionError("in one of several threads: " + failed.getCause(), failed);
    }
  }

  private static AllocatorModel run(
      AllocatorModel model, CyclicBarrier start, List<AllocatorAction> program) throws Exception {
    start.await();
    for (AllocatorAction action : program) {
      model.perform(action);
    }
    model.requireAgreement();
    return model;
  }

  private AllocatorModel model(JitAllocator allocator, Use how, AllocatorSetup setup) {
    return new AllocatorModel(allocator, how, setup.quarantineBytes(), processor());
  }

  /** On simulated memory the processor says whether what was written may be executed. */
  private Optional<SimulatedProcessor> processor() {
    return virtMem() instanceof SimulatedVirtMem simulated
        ? Optional.of(simulated.processor())
        : Optional.empty();
  }

  private static void requireClosed(JitAllocator allocator) {
    List<Runnable> uses =
        List.of(
            () -> allocator.allocate(1),
            () -> allocator.release(1),
            () -> allocator.query(1),
            allocator::statistics,
            allocator::trim,
            () -> allocator.reset(ResetPolicy.SOFT));
    for (Runnable use : uses) {
      try {
        use.run();
      } catch (IllegalStateException closed) {
        continue;
      }
      throw new AssertionError("a closed allocator does something");
    }
  }

  /**
   * Programs for one thread.
   *
   * @return lists of actions
   */
  @Provide
  public Arbitrary<List<AllocatorAction>> programs() {
    return AllocatorActions.programs(largestByteSize(), MOST_ACTIONS);
  }

  /**
   * Programs for several threads.
   *
   * @return a list of actions for each
   */
  @Provide
  public Arbitrary<List<List<AllocatorAction>>> threadPrograms() {
    return programs().list().ofSize(THREADS);
  }

  /**
   * The configurations in turn, so that none is left out by chance: from a random one on, and in
   * long steps, so that few runs see different ones, too.
   *
   * @return configurations
   */
  @Provide
  public Arbitrary<AllocatorSetup> inTurn() {
    List<AllocatorSetup> all = setups();
    int step = coprimeStep(all.size());
    AtomicInteger next = new AtomicInteger(-1);
    return Arbitraries.fromGenerator(random -> {
      next.compareAndSet(-1, random.nextInt(all.size()));
      int index = next.getAndUpdate(before -> (before + step) % all.size());
      return Shrinkable.unshrinkable(all.get(index));
    });
  }

  /** About three fifths of a number, and without a divisor that both have. */
  private static int coprimeStep(int size) {
    BigInteger whole = BigInteger.valueOf(size);
    int step = Math.max(1, size * 3 / 5);
    while (!BigInteger.valueOf(step).gcd(whole).equals(BigInteger.ONE)) {
      step++;
    }
    return step;
  }
}
