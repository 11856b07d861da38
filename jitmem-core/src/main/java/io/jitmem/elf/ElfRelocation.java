package io.jitmem.elf;

/**
 * A place to be filled in.
 *
 * @param offset in the section that it changes
 * @param type of the machine's own numbering
 * @param symbol the index of a symbol; 0 is none
 * @param addend what is added to the symbol; 0 if the place itself holds it
 */
public record ElfRelocation(long offset, int type, int symbol, long addend) {}
