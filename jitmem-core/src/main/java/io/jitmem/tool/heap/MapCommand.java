package io.jitmem.tool.heap;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.observe.picture.HeapSnapshot;
import io.jitmem.observe.picture.HeapStrip;
import io.jitmem.tool.command.Command;
import io.jitmem.tool.command.ExitStatus;
import io.jitmem.tool.command.Options;
import io.jitmem.tool.command.Progress;
import io.jitmem.tool.command.Terminal;
import io.jitmem.tool.command.TextLook;
import io.jitmem.tool.command.UnknownName;
import io.jitmem.virtmem.VirtMem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** Runs a workload on a real allocator and draws what its memory looks like then. */
public final class MapCommand implements Command {
  private static final List<String> OPTIONS =
      List.of("--steps", "--frames", "--format", "--width", "--out");
  private static final List<String> FORMATS = List.of("text", "svg");
  private static final long MOST_STEPS = 1_000_000_000;
  private static final int MOST_FRAMES = 64;
  private static final int DEFAULT_SVG_WIDTH = 1_000;

  private final Terminal terminal;
  private final Supplier<VirtMem> backend;

  /** A command that draws memory of a backend. */
  public MapCommand(Terminal terminal, Supplier<VirtMem> backend) {
    this.terminal = terminal;
    this.backend = backend;
  }

  @Override
  public String help() {
    return MapHelp.TEXT;
  }

  @Override
  public ExitStatus run(List<String> arguments) {
    Options options = WorkloadOptions.parse("map", OPTIONS, List.of(), arguments);
    WorkloadOptions workload = WorkloadOptions.of(options);
    long steps = options.number("--steps", 1, MOST_STEPS, 10_000);
    int frames = (int) options.number("--frames", 1, Math.min(steps, MOST_FRAMES), 1);
    boolean svg = isSvg(options);
    int width = width(options, svg);
    PictureFile out = PictureFile.of(options.value("--out"));
    List<HeapStrip.Frame> strip = play(workload, steps, frames);
    String picture = svg ? svg(strip, width) : text(strip, width, out.isShown());
    if (out.isShown()) {
      terminal.out().print(picture);
    } else {
      out.write(picture);
    }
    return ExitStatus.SUCCESS;
  }

  /** A file's name says what it is to be unless an option does. */
  private static boolean isSvg(Options options) {
    String format = options.value("--format");
    String out = options.value("--out");
    if (format == null) {
      return out != null && out.endsWith(".svg");
    }
    if (!FORMATS.contains(format)) {
      throw UnknownName.of("--format", "format", format, FORMATS);
    }
    return format.equals("svg");
  }

  private int width(Options options, boolean svg) {
    if (svg) {
      return (int)
          options.number(
              "--width", HeapSnapshot.MIN_SVG_WIDTH, HeapSnapshot.MAX_SVG_WIDTH, DEFAULT_SVG_WIDTH);
    }
    return (int)
        options.number(
            "--width",
            HeapSnapshot.MIN_TEXT_WIDTH,
            HeapSnapshot.MAX_TEXT_WIDTH,
            TextLook.width(terminal, HeapSnapshot.MIN_TEXT_WIDTH, HeapSnapshot.MAX_TEXT_WIDTH));
  }

  private List<HeapStrip.Frame> play(WorkloadOptions options, long steps, int frames) {
    List<HeapStrip.Frame> strip = new ArrayList<>();
    Progress progress = new Progress(terminal, steps, "steps");
    long start = System.nanoTime();
    try (JitAllocator allocator = options.allocator(backend.get())) {
      Workload workload = new Workload(allocator, options, false);
      for (long done = 1; done <= steps; done++) {
        workload.step();
        if ((done & 1023) == 0) {
          progress.at(done, System.nanoTime() - start);
        }
        if (done == steps * (strip.size() + 1) / frames) {
          strip.add(
              new HeapStrip.Frame(
                  String.format(Locale.ROOT, "after %,d steps", done), allocator.snapshot()));
        }
      }
    } finally {
      progress.end();
    }
    return strip;
  }

  private static String svg(List<HeapStrip.Frame> strip, int width) {
    return strip.size() == 1
        ? strip.getFirst().heap().toSvg(width)
        : new HeapStrip(strip).toSvg(width);
  }

  private String text(List<HeapStrip.Frame> strip, int width, boolean shown) {
    boolean colours = shown && TextLook.wantsColours(terminal);
    boolean unicode = !shown || TextLook.canShow(terminal, "\u2591\u2588\u00d7\u2551");
    StringBuilder text = new StringBuilder();
    for (HeapStrip.Frame frame : strip) {
      text.append(text.isEmpty() ? "" : "\n");
      text.append(strip.size() == 1 ? "" : frame.title() + "\n");
      text.append(frame.heap().toText(width, unicode, colours));
    }
    return text.toString();
  }
}
