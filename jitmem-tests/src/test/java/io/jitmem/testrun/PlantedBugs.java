package io.jitmem.testrun;

import static io.jitmem.testrun.PlantedBug.call;
import static io.jitmem.testrun.PlantedBug.leaveOutIf;
import static io.jitmem.testrun.PlantedBug.operator;
import static io.jitmem.testrun.PlantedBug.store;

import io.jitmem.testrun.PlantedBug.Change;
import io.jitmem.testrun.PlantedBug.Hunter;
import io.jitmem.testrun.PlantedBug.Place;
import java.lang.classfile.Opcode;
import java.util.List;

/** Mistakes that somebody could make in the allocator, each at a place that is made for it. */
final class PlantedBugs {
  private PlantedBugs() {}

  static List<PlantedBug> all() {
    return List.of(
        bug(
            "a span that was shrunk has no stop bit",
            "bits.GranuleBits",
            "unmakeSpan",
            call("stopBefore"),
            PlantedBug::leaveOut),
        bug(
            "a span may be one granule longer than the run at the block's end",
            "bits.GranuleMap",
            "occupyInRun",
            operator(Opcode.ISUB, 1),
            PlantedBug::oneMore),
        bug(
            "the index of free runs is stale after a shrink",
            "bits.GranuleMap",
            "free",
            call("changed"),
            leaveOutIf(3)),
        bug(
            "the free run does not shrink when a span is put into it",
            "bits.GranuleMap",
            "occupyAt",
            call("leaveRun"),
            PlantedBug::leaveOut),
        bug(
            "what is written is not flushed",
            "heap.Publisher",
            "publish",
            call("flushInstructionCache", 2),
            PlantedBug::leaveOut),
        bug(
            "the cores are not synchronised",
            "heap.Publisher",
            "publish",
            call("synchronizeCores", 2),
            PlantedBug::leaveOut),
        bug(
            "a second release is accepted",
            "Span",
            "requireIdle",
            call("requireLive"),
            PlantedBug::leaveOut),
        bug(
            "the address inside a span is taken for its start",
            "block.Block",
            "isCurrent",
            call("isStart"),
            PlantedBug::answerTrue),
        bug(
            "a span that is being written can be released",
            "Span",
            "beginWrite",
            store("state"),
            PlantedBug::storeNothing),
        bug(
            "writes are not held to the span's size",
            "Span",
            "beginWrite",
            call("requireInside"),
            PlantedBug::leaveOut),
        bug(
            "the quarantine is skipped",
            "heap.Quarantine",
            "<init>",
            store("mostByteSize"),
            PlantedBug::storeZero),
        bug(
            "the budget is not given back",
            "heap.Budget",
            "giveBack",
            call("addAndGet"),
            PlantedBug::leaveOut),
        bug(
            "an empty block is forgotten and not unmapped",
            "heap.Disposal",
            "finish",
            call("unmap", 3),
            PlantedBug::leaveOut),
        bug(
            "a block that is gone stays in the index",
            "heap.BlockTable",
            "remove",
            store("few"),
            PlantedBug::storeNothing),
        bug(
            "pages are given back that a span has a part of",
            "block.Block",
            "holdFreePages",
            operator(Opcode.IAND, 2),
            PlantedBug::firstOperand),
        new PlantedBug(
            "releases do not take the lock",
            Hunter.SEVERAL_THREADS,
            "heap.StripeLock",
            "lock",
            call("compareAndSet"),
            PlantedBug::answerTrue),
        new PlantedBug(
            "a block that cannot be filled is not unmapped",
            Hunter.FAILURE_SWEEP,
            "heap.BlockStore",
            "mapFilled",
            call("after"),
            PlantedBug::leaveOut));
  }

  private static PlantedBug bug(
      String name, String className, String method, Place place, Change change) {
    return new PlantedBug(name, Hunter.ONE_THREAD, className, method, place, change);
  }
}
