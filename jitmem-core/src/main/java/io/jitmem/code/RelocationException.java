package io.jitmem.code;

import java.io.Serial;

/**
 * A value does not fit the place that it is for, or that place holds something else than the
 * relocation is made for. The message names the code, section and offset, the kind, the symbol, and
 * the value with its range.
 */
public final class RelocationException extends LinkException {
  @Serial private static final long serialVersionUID = 1L;

  private final transient Relocation relocation;
  private final long value;

  /**
   * A refusal.
   *
   * @param code what the relocation belongs to
   * @param relocation what cannot be done
   * @param value what was computed
   * @param reason why it cannot be encoded, with the range if it is out of one
   */
  public RelocationException(MachineCode code, Relocation relocation, long value, String reason) {
    super(code.name() + ": " + relocation + ": " + reason);
    this.relocation = relocation;
    this.value = value;
  }

  /**
   * What cannot be done.
   *
   * @return the relocation, with its section, offset, kind and symbol
   */
  public Relocation relocation() {
    return relocation;
  }

  /**
   * What was computed.
   *
   * @return the value that does not fit
   */
  public long value() {
    return value;
  }
}
