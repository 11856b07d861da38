package io.jitmem.cpu;

/**
 * Which x86-64 CPU this is, as it says itself.
 *
 * @param vendor twelve characters, such as {@code GenuineIntel} or {@code AuthenticAMD}
 * @param brand the name under which it is sold; may be empty
 * @param family the family, extended family included
 * @param model the model, extended model included
 * @param stepping the stepping
 */
public record CpuModel(String vendor, String brand, int family, int model, int stepping) {
  @Override
  public String toString() {
    return (brand.isEmpty() ? "" : brand + ", ")
        + "%s family %d model %d stepping %d".formatted(vendor, family, model, stepping);
  }
}
