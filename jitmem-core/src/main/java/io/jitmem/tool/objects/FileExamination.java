package io.jitmem.tool.objects;

import io.jitmem.code.MachineCode;
import io.jitmem.code.ObjectFileException;
import io.jitmem.elf.Archive;
import io.jitmem.elf.ElfObject;
import io.jitmem.elf.FileBytes;
import io.jitmem.elf.FileKind;
import io.jitmem.elf.FormatException;
import java.util.ArrayList;
import java.util.List;

/** Reads a file as far as it can be read. */
final class FileExamination {
  private FileExamination() {}

  static FileReport of(String name, byte[] bytes) {
    FileBytes file = FileBytes.of(bytes);
    if (FileKind.of(file) != FileKind.ARCHIVE) {
      return new FileReport(name, false, List.of(object(name, file)));
    }
    try {
      List<ObjectReport> objects = new ArrayList<>();
      for (Archive.Member member : Archive.read(file).members()) {
        objects.add(object(member.name(), member.bytes()));
      }
      return new FileReport(name, true, objects);
    } catch (FormatException wrong) {
      ObjectReport whole = ObjectReport.unreadable(name, String.valueOf(wrong.getMessage()));
      return new FileReport(name, true, List.of(whole));
    }
  }

  private static ObjectReport object(String name, FileBytes file) {
    ElfObject object;
    try {
      object = ElfObject.read(file);
    } catch (FormatException wrong) {
      return ObjectReport.unreadable(name, String.valueOf(wrong.getMessage()));
    }
    return ObjectReport.of(name, object, obstacle(name, file));
  }

  private static String obstacle(String name, FileBytes file) {
    try {
      MachineCode.fromElf(name, file.toArray());
      return "";
    } catch (ObjectFileException refused) {
      return String.valueOf(refused.getMessage()).substring(name.length() + ": ".length());
    }
  }
}
