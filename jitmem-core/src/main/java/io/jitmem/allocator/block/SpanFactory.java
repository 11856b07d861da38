package io.jitmem.allocator.block;

/**
 * Makes the one object that an allocation costs, so that it can be of a type that this package does
 * not know. Called under a lock: it must do no more than that.
 *
 * @param <S> what stands for a span
 */
@FunctionalInterface
public interface SpanFactory<S> {
  /**
   * Makes a span.
   *
   * @param block where it lies
   * @param first its first granule
   * @param count the number of its granules
   * @param birth the block's clock
   * @param untouched whether no span was there before, so that no core can have fetched
   *     instructions from there
   */
  S make(Block block, int first, int count, int birth, boolean untouched);
}
