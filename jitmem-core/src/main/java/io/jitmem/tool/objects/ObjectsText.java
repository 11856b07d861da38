package io.jitmem.tool.objects;

import io.jitmem.elf.ElfSection;
import io.jitmem.elf.ElfSymbol;
import io.jitmem.tool.objects.ObjectReport.RelocationCount;
import java.util.List;

/** What files hold, for a person: a head for each, then its parts in columns. */
final class ObjectsText {
  private final StringBuilder text = new StringBuilder();

  private ObjectsText() {}

  /** The report, in whole lines. */
  static String of(FileReport file) {
    ObjectsText report = new ObjectsText();
    if (file.isLibrary()) {
      report.library(file);
    }
    for (ObjectReport object : file.objects()) {
      report.object(object);
    }
    return report.text.toString();
  }

  private void library(FileReport file) {
    long loadable = file.objects().stream().filter(ObjectReport::isLoadable).count();
    text.append("%s: static library of %d objects".formatted(file.name(), file.objects().size()));
    text.append(", %d can be loaded\n".formatted(loadable));
  }

  private void object(ObjectReport object) {
    text.append(object.name()).append(object.cpu().isEmpty() ? "" : ": object for ");
    text.append(object.cpu()).append('\n');
    text.append(
        object.isLoadable()
            ? "  can be loaded\n"
            : "  cannot be loaded: " + object.obstacle() + '\n');
    sections(object.sections());
    defined(object);
    undefined(object.undefined());
    relocations(object.relocations());
  }

  private void sections(List<ElfSection> sections) {
    heading("sections", sections);
    for (ElfSection section : sections) {
      String kind = SymbolWords.kind(section);
      if (!kind.equals("not loaded") && section.byteSize() > 0) {
        line("%-18s %9d bytes  %s".formatted(kind, section.byteSize(), section.name()));
      }
    }
  }

  private void defined(ObjectReport object) {
    heading("defines", object.defined());
    for (ElfSymbol symbol : object.defined()) {
      String word = SymbolWords.type(symbol) + ", " + SymbolWords.binding(symbol);
      String place = object.place(symbol);
      String where = place.isEmpty() ? "" : " in " + place;
      line("%-18s %9d bytes  %s%s".formatted(word, symbol.byteSize(), symbol.name(), where));
    }
  }

  private void undefined(List<ElfSymbol> symbols) {
    heading("needs", symbols);
    for (ElfSymbol symbol : symbols) {
      String word = SymbolWords.binding(symbol).equals("weak") ? " (weak: 0 if nobody has it)" : "";
      line(symbol.name() + word);
    }
  }

  private void relocations(List<RelocationCount> relocations) {
    heading("relocations", relocations);
    for (RelocationCount relocation : relocations) {
      line("%-34s  %d".formatted(relocation.kind(), relocation.count()));
    }
  }

  private void heading(String title, List<?> lines) {
    if (!lines.isEmpty()) {
      text.append("  ").append(title).append('\n');
    }
  }

  private void line(String line) {
    text.append("    ").append(line).append('\n');
  }
}
