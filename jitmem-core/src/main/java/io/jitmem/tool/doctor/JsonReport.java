package io.jitmem.tool.doctor;

import io.jitmem.cpu.Cpu;
import io.jitmem.cpu.CpuFeature;
import io.jitmem.cpu.CpuModel;
import io.jitmem.tool.command.JsonWriter;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.Condition;
import io.jitmem.virtmem.HardenedRuntime;
import io.jitmem.virtmem.PageInfo;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A diagnosis for programs to read. {@link DoctorHelp} lists the keys; each of them is always
 * there.
 */
final class JsonReport {
  private final JsonWriter json = new JsonWriter();

  private JsonReport() {}

  /** The report: one object and a line break. */
  static String of(Diagnosis diagnosis) {
    JsonReport report = new JsonReport();
    report.write(diagnosis);
    return report.json + "\n";
  }

  private void write(Diagnosis diagnosis) {
    json.beginObject();
    text("jitmem", diagnosis.version());
    system(diagnosis.system());
    cpu(diagnosis.cpu());
    json.name("usable").value(diagnosis.isUsable());
    json.textOrNull("obstacle", diagnosis.obstacle());
    Findings findings = diagnosis.findings();
    if (findings == null) {
      noFindings();
    } else {
      findings(findings);
    }
    json.endObject();
  }

  private void system(SystemFacts system) {
    json.name("os").beginObject();
    text("name", system.osName());
    text("version", system.osVersion());
    json.endObject();
    text("cpu", system.archName());
    json.name("jvm").beginObject();
    text("name", system.jvmName());
    text("vendor", system.jvmVendor());
    text("version", system.jvmVersion());
    json.endObject();
    json.name("nativeAccess").value(system.nativeAccess());
  }

  private void cpu(@Nullable Cpu cpu) {
    if (cpu == null) {
      json.name("cpuInfo").nothing();
      return;
    }
    json.name("cpuInfo").beginObject();
    model(cpu.model());
    json.name("features").beginArray();
    for (CpuFeature feature : cpu.features()) {
      json.element().value(feature.name());
    }
    json.endArray().endObject();
  }

  private void model(Optional<CpuModel> told) {
    if (told.isEmpty()) {
      json.name("model").nothing();
      return;
    }
    CpuModel model = told.get();
    json.name("model").beginObject();
    text("vendor", model.vendor());
    text("brand", model.brand());
    json.name("family").value(model.family());
    json.name("model").value(model.model());
    json.name("stepping").value(model.stepping());
    json.endObject();
  }

  private void noFindings() {
    json.name("backend").nothing();
    json.name("pages").nothing();
    json.name("hardenedRuntime").nothing();
    json.name("strategy").nothing();
    json.name("capabilities").beginArray().endArray();
    json.name("conditions").beginArray().endArray();
  }

  private void findings(Findings findings) {
    text("backend", findings.backend());
    pages(findings.pages());
    hardened(findings.hardened());
    strategy(findings.strategy());
    capabilities(findings.capabilities());
    conditions(findings.conditions());
  }

  private void pages(PageInfo pages) {
    json.name("pages").beginObject();
    json.name("byteSize").value(pages.byteSize());
    json.name("granularity").value(pages.granularity());
    json.name("largeByteSizes").beginArray();
    for (long large : pages.largeByteSizes()) {
      json.element().value(large);
    }
    json.endArray().endObject();
  }

  private void hardened(HardenedRuntime hardened) {
    json.name("hardenedRuntime").beginObject();
    json.name("enabled").value(hardened.enabled());
    json.name("dualMapping").value(hardened.dualMapping());
    json.name("mapJit").value(hardened.mapJit());
    json.endObject();
  }

  private void strategy(StrategyChoice strategy) {
    json.name("strategy").beginObject();
    json.textOrNull("name", strategy.name());
    text("reason", strategy.reason());
    json.endObject();
  }

  private void capabilities(Capabilities capabilities) {
    json.name("capabilities").beginArray();
    for (Capability capability : capabilities.all()) {
      json.element().beginObject();
      text("ability", capability.ability().name());
      text("mechanism", capability.mechanism());
      json.name("available").value(capability.available());
      text("detail", capability.detail());
      json.endObject();
    }
    json.endArray();
  }

  private void conditions(List<Condition> conditions) {
    json.name("conditions").beginArray();
    for (Condition condition : conditions) {
      json.element().beginObject();
      text("name", condition.name());
      text("value", condition.value());
      json.name("restricts").value(condition.restricts());
      text("meaning", condition.meaning());
      json.endObject();
    }
    json.endArray();
  }

  private void text(String name, String value) {
    json.name(name).value(value);
  }
}
