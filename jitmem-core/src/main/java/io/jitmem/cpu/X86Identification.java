package io.jitmem.cpu;

import io.jitmem.cpu.X86Feature.Register;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Reads what an x86-64 CPU tells about itself. Leaves that it does not have are never asked for.
 */
final class X86Identification {
  private static final int EXTENDED = 0x80000000;

  /** The leaves with subleaves of which the first says how many there are. */
  private static final Set<Integer> COUNTED = Set.of(7, 0x14, 0x1e);

  private final CpuidSource source;
  private final Map<Long, int[]> known = new HashMap<>();

  X86Identification(CpuidSource source) {
    this.source = source;
  }

  Set<X86Feature> features() {
    long xcr0 =
        (word(1, 0, Register.ECX) >>> X86Feature.OSXSAVE.bit() & 1) != 0 ? source.xcr0() : 0;
    Set<X86Feature> features = EnumSet.noneOf(X86Feature.class);
    for (X86Feature feature : X86Feature.values()) {
      if (feature.state().isIn(xcr0) && isTold(feature)) {
        features.add(feature);
      }
    }
    return features;
  }

  private boolean isTold(X86Feature feature) {
    if (feature == X86Feature.AVX10_2) {
      return isTold(X86Feature.AVX10_1) && (word(0x24, 0, Register.EBX) & 0xff) >= 2;
    }
    int word = word(feature.leaf(), feature.subleaf(), feature.register());
    return (word >>> feature.bit() & 1) != 0;
  }

  CpuModel model() {
    int version = word(1, 0, Register.EAX);
    int family = version >>> 8 & 0xf;
    int model = version >>> 4 & 0xf;
    if (family == 0xf || family == 6) {
      model |= version >>> 12 & 0xf0;
    }
    if (family == 0xf) {
      family += version >>> 20 & 0xff;
    }
    return new CpuModel(vendor(), brand(), family, model, version & 0xf);
  }

  private String vendor() {
    int[] words = leaf(0, 0);
    return text(words[1], words[3], words[2]);
  }

  private String brand() {
    StringBuilder brand = new StringBuilder();
    for (int leaf = EXTENDED + 2; leaf <= EXTENDED + 4; leaf++) {
      brand.append(text(leaf(leaf, 0)));
    }
    return brand.toString().strip().replaceAll(" +", " ");
  }

  private static String text(int... words) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(words);
    return new String(bytes.array(), StandardCharsets.ISO_8859_1).replace("\0", "");
  }

  private int word(int leaf, int subleaf, Register register) {
    return register.of(leaf(leaf, subleaf));
  }

  /** A leaf's words; zeros if there is no such leaf. */
  private int[] leaf(int leaf, int subleaf) {
    long key = (long) leaf << 32 | subleaf;
    int[] words = known.get(key);
    if (words == null) {
      words = exists(leaf, subleaf) ? source.cpuid(leaf, subleaf) : new int[4];
      known.put(key, words);
    }
    return words;
  }

  private boolean exists(int leaf, int subleaf) {
    int first = leaf & EXTENDED;
    if (leaf == first) {
      return true;
    }
    boolean hasLeaf = Integer.compareUnsigned(leaf, word(first, 0, Register.EAX)) <= 0;
    return hasLeaf
        && (subleaf == 0
            || !COUNTED.contains(leaf)
            || Integer.compareUnsigned(subleaf, word(leaf, 0, Register.EAX)) <= 0);
  }
}
