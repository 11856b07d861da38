package io.jitmem.tool.doctor;

import io.jitmem.cpu.Cpu;
import io.jitmem.cpu.CpuFeature;
import io.jitmem.tool.command.ByteSize;
import io.jitmem.tool.command.Paragraph;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.Condition;
import io.jitmem.virtmem.HardenedRuntime;
import io.jitmem.virtmem.PageInfo;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A diagnosis for a person to read: a head, then the mechanisms of each ability. */
final class TextReport {
  private static final int LABEL_WIDTH = 18;
  private static final int MAX_MECHANISM_WIDTH = 28;
  private static final String GAP = "  ";
  private static final int MEANING_INDENT = 2;

  private final StringBuilder text = new StringBuilder();
  private final TextStyle style;

  private TextReport(TextStyle style) {
    this.style = style;
  }

  /** The report, in whole lines. */
  static String of(Diagnosis diagnosis, TextStyle style) {
    TextReport report = new TextReport(style);
    report.system(diagnosis);
    Findings findings = diagnosis.findings();
    if (findings == null) {
      report.obstacle(diagnosis.obstacle());
    } else {
      report.findings(findings);
    }
    return report.text.toString();
  }

  private void system(Diagnosis diagnosis) {
    SystemFacts system = diagnosis.system();
    fact("jitmem", diagnosis.version());
    fact("operating system", system.osName() + " " + system.osVersion());
    cpu(system.archName(), diagnosis.cpu());
    fact("JVM", system.jvmName() + " " + system.jvmVersion() + " (" + system.jvmVendor() + ")");
    fact(
        "native access",
        system.nativeAccess()
            ? "enabled"
            : "not enabled; Java warns or refuses without --enable-native-access=io.jitmem.core");
  }

  private void cpu(String archName, @Nullable Cpu cpu) {
    fact("CPU", archName + (cpu == null ? "" : cpu.model().map(model -> ": " + model).orElse("")));
    if (cpu != null) {
      fact(
          "CPU features",
          cpu.features().isEmpty()
              ? "the system tells none"
              : cpu.features().stream().map(CpuFeature::name).collect(Collectors.joining(" ")));
    }
  }

  private void obstacle(String obstacle) {
    fact("backend", "none that can be used");
    text.append('\n');
    for (String line : obstacle.split("\n", -1)) {
      int indent = line.length() - line.stripLeading().length();
      indented(indent, Paragraph.wrap(line.strip(), style.width() - indent));
    }
  }

  private void findings(Findings findings) {
    fact("backend", findings.backend());
    fact("pages", pages(findings.pages()));
    fact("hardened runtime", hardened(findings.hardened()));
    StrategyChoice strategy = findings.strategy();
    fact(
        "write strategy",
        (strategy.isPossible() ? strategy.name() : "none") + ": " + strategy.reason());
    int mechanismWidth = mechanismWidth(findings.capabilities().all());
    for (Ability ability : Ability.values()) {
      ability(ability, findings.capabilities());
      for (Capability capability : findings.capabilities().of(ability)) {
        mechanism(capability, mechanismWidth);
      }
    }
    conditions(findings.conditions());
  }

  /** What restricts has a mark and is explained; the rest stands for the record. */
  private void conditions(List<Condition> conditions) {
    if (conditions.isEmpty()) {
      return;
    }
    text.append('\n').append(style.heading("Conditions")).append('\n');
    for (Condition condition : conditions) {
      text.append(condition.restricts() ? style.warning() : " ".repeat(style.warningWidth()));
      text.append(' ').append(condition.name()).append(": ");
      int column = style.warningWidth() + 1 + MEANING_INDENT;
      int taken = style.warningWidth() + condition.name().length() + 3;
      List<String> value = Paragraph.wrap(condition.value(), style.width() - taken);
      hanging(taken, value);
      indented(column, Paragraph.wrap(condition.meaning(), style.width() - column));
    }
  }

  private void ability(Ability ability, Capabilities capabilities) {
    text.append('\n').append(style.answer(capabilities.allows(ability))).append(' ');
    text.append(style.heading(ability.name())).append(": ").append(ability.summary()).append('\n');
  }

  private void fact(String label, String value) {
    text.append(label).append(" ".repeat(LABEL_WIDTH - label.length()));
    hanging(LABEL_WIDTH, Paragraph.wrap(value, style.width() - LABEL_WIDTH));
  }

  private void mechanism(Capability capability, int mechanismWidth) {
    String mechanism = capability.mechanism();
    // Below the ability's name, so that the answers to both stand in columns of their own.
    String indent = " ".repeat(style.answerWidth() + 1);
    text.append(indent).append(style.answer(capability.available())).append(' ').append(mechanism);
    int column = indent.length() + style.answerWidth() + 1 + mechanismWidth + GAP.length();
    List<String> detail = Paragraph.wrap(capability.detail(), style.width() - column);
    if (mechanism.length() > mechanismWidth || detail.isEmpty()) {
      text.append('\n');
      indented(column, detail);
    } else {
      text.append(" ".repeat(mechanismWidth - mechanism.length())).append(GAP);
      hanging(column, detail);
    }
  }

  /** Writes the first line where the text is, and the others below it. */
  private void hanging(int column, List<String> lines) {
    text.append(lines.isEmpty() ? "" : lines.getFirst()).append('\n');
    indented(column, lines.subList(Math.min(1, lines.size()), lines.size()));
  }

  private void indented(int column, List<String> lines) {
    for (String line : lines) {
      text.append(" ".repeat(column)).append(line).append('\n');
    }
  }

  private static int mechanismWidth(List<Capability> capabilities) {
    int width = 0;
    for (Capability capability : capabilities) {
      int length = capability.mechanism().length();
      width = length <= MAX_MECHANISM_WIDTH ? Math.max(width, length) : width;
    }
    return width;
  }

  private static String pages(PageInfo pages) {
    StringBuilder line = new StringBuilder(ByteSize.of(pages.byteSize()));
    if (pages.granularity() != pages.byteSize()) {
      line.append(", mapped at multiples of ").append(ByteSize.of(pages.granularity()));
    }
    line.append(pages.largeByteSizes().isEmpty() ? "; no large pages available" : "; large pages:");
    for (long large : pages.largeByteSizes()) {
      line.append(' ').append(ByteSize.of(large));
    }
    return line.toString();
  }

  private static String hardened(HardenedRuntime hardened) {
    return (hardened.enabled() ? "yes, RWX is refused" : "no, RWX is allowed")
        + "; dual mapping "
        + (hardened.dualMapping() ? "works" : "does not work")
        + ", MAP_JIT "
        + (hardened.mapJit() ? "works" : "does not work");
  }
}
