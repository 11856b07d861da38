package io.jitmem.tool.objects;

import io.jitmem.elf.ElfSection;
import io.jitmem.elf.ElfSymbol;
import io.jitmem.tool.command.JsonWriter;
import io.jitmem.tool.objects.ObjectReport.RelocationCount;
import java.util.List;

/** What files hold, for a program. Every key is there always. */
final class ObjectsJson {
  private final JsonWriter json = new JsonWriter();

  private ObjectsJson() {}

  /** The report: one object, and a line break. */
  static String of(FileReport file) {
    ObjectsJson report = new ObjectsJson();
    report.write(file);
    return report.json + "\n";
  }

  private void write(FileReport file) {
    json.beginObject();
    json.name("file").value(file.name());
    json.name("library").value(file.isLibrary());
    json.name("loadable").value(file.isLoadable());
    json.name("objects").beginArray();
    for (ObjectReport object : file.objects()) {
      json.element().beginObject();
      write(object);
      json.endObject();
    }
    json.endArray().endObject();
  }

  private void write(ObjectReport object) {
    json.name("name").value(object.name());
    json.textOrNull("cpu", object.cpu());
    json.name("loadable").value(object.isLoadable());
    json.textOrNull("obstacle", object.obstacle());
    json.name("sections").beginArray();
    object.sections().forEach(this::section);
    json.endArray();
    symbols("defined", object, object.defined());
    symbols("undefined", object, object.undefined());
    json.name("relocations").beginArray();
    object.relocations().forEach(this::relocation);
    json.endArray();
  }

  private void section(ElfSection section) {
    json.element().beginObject();
    json.name("name").value(section.name());
    json.name("kind").value(SymbolWords.kind(section));
    json.name("byteSize").value(section.byteSize());
    json.name("alignment").value(section.alignment());
    json.endObject();
  }

  private void symbols(String name, ObjectReport object, List<ElfSymbol> symbols) {
    json.name(name).beginArray();
    for (ElfSymbol symbol : symbols) {
      json.element().beginObject();
      json.name("name").value(symbol.name());
      json.name("type").value(SymbolWords.type(symbol));
      json.name("binding").value(SymbolWords.binding(symbol));
      json.textOrNull("section", object.place(symbol));
      json.name("byteSize").value(symbol.byteSize());
      json.endObject();
    }
    json.endArray();
  }

  private void relocation(RelocationCount relocation) {
    json.element().beginObject();
    json.name("kind").value(relocation.kind());
    json.name("count").value(relocation.count());
    json.endObject();
  }
}
