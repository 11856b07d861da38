package io.jitmem.windows;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Numbers as C source has them; what is not known is in hexadecimal. */
final class BitNames {
  private static final Map<Integer, String> TYPES = new LinkedHashMap<>();
  private static final Map<Integer, String> FREE_TYPES = new LinkedHashMap<>();
  private static final Map<Integer, String> PAGES = new LinkedHashMap<>();
  private static final Map<Integer, String> ACCESS = new LinkedHashMap<>();

  static {
    TYPES.put(WindowsAbi.MEM_RESERVE, "MEM_RESERVE");
    TYPES.put(WindowsAbi.MEM_COMMIT, "MEM_COMMIT");
    TYPES.put(WindowsAbi.MEM_RESET, "MEM_RESET");
    TYPES.put(WindowsAbi.MEM_LARGE_PAGES, "MEM_LARGE_PAGES");
    TYPES.put(WindowsAbi.MEM_RESERVE_PLACEHOLDER, "MEM_RESERVE_PLACEHOLDER");
    TYPES.put(WindowsAbi.MEM_REPLACE_PLACEHOLDER, "MEM_REPLACE_PLACEHOLDER");
    FREE_TYPES.put(WindowsAbi.MEM_RELEASE, "MEM_RELEASE");
    FREE_TYPES.put(WindowsAbi.MEM_DECOMMIT, "MEM_DECOMMIT");
    FREE_TYPES.put(WindowsAbi.MEM_PRESERVE_PLACEHOLDER, "MEM_PRESERVE_PLACEHOLDER");
    FREE_TYPES.put(WindowsAbi.MEM_COALESCE_PLACEHOLDERS, "MEM_COALESCE_PLACEHOLDERS");
    PAGES.put(WindowsAbi.PAGE_NOACCESS, "PAGE_NOACCESS");
    PAGES.put(WindowsAbi.PAGE_READONLY, "PAGE_READONLY");
    PAGES.put(WindowsAbi.PAGE_READWRITE, "PAGE_READWRITE");
    PAGES.put(WindowsAbi.PAGE_EXECUTE_READ, "PAGE_EXECUTE_READ");
    PAGES.put(WindowsAbi.PAGE_EXECUTE_READWRITE, "PAGE_EXECUTE_READWRITE");
    PAGES.put(WindowsAbi.PAGE_TARGETS_INVALID, "PAGE_TARGETS_INVALID");
    PAGES.put(WindowsAbi.SEC_RESERVE, "SEC_RESERVE");
    PAGES.put(WindowsAbi.SEC_COMMIT, "SEC_COMMIT");
    PAGES.put(WindowsAbi.SEC_LARGE_PAGES, "SEC_LARGE_PAGES");
    ACCESS.put(WindowsAbi.FILE_MAP_READ, "FILE_MAP_READ");
    ACCESS.put(WindowsAbi.FILE_MAP_WRITE, "FILE_MAP_WRITE");
    ACCESS.put(WindowsAbi.FILE_MAP_EXECUTE, "FILE_MAP_EXECUTE");
    ACCESS.put(WindowsAbi.FILE_MAP_TARGETS_INVALID, "FILE_MAP_TARGETS_INVALID");
    ACCESS.put(WindowsAbi.FILE_MAP_LARGE_PAGES, "FILE_MAP_LARGE_PAGES");
  }

  private BitNames() {}

  /** What memory is allocated for. */
  static String type(int bits) {
    return text(bits, TYPES);
  }

  /** How memory is freed. */
  static String freeType(int bits) {
    return text(bits, FREE_TYPES);
  }

  /** A protection, with the attributes of a section if it has some. */
  static String page(int bits) {
    return text(bits, PAGES);
  }

  /** A protection that pages are to get. */
  static String newPage(int bits) {
    return page(bits).replace("TARGETS_INVALID", "TARGETS_NO_UPDATE");
  }

  /** What a view allows. */
  static String access(int bits) {
    return text(bits, ACCESS);
  }

  static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }

  static String address(long address) {
    return address == 0 ? "NULL" : hex(address);
  }

  private static String text(int bits, Map<Integer, String> names) {
    List<String> found = new ArrayList<>();
    int rest = bits;
    for (Map.Entry<Integer, String> name : names.entrySet()) {
      if ((rest & name.getKey()) != 0) {
        found.add(name.getValue());
        rest &= ~name.getKey();
      }
    }
    if (rest != 0 || found.isEmpty()) {
      found.add(hex(Integer.toUnsignedLong(rest)));
    }
    return String.join("|", found);
  }
}
