/**
 * Reads relocatable ELF files and archives of them into plain records. It knows what the formats
 * demand and nothing of what is done with them. Every read is checked: a damaged file is an {@link
 * io.jitmem.elf.FormatException}, and costs no more memory than a sound one of its size.
 */
@NullMarked
package io.jitmem.elf;

import org.jspecify.annotations.NullMarked;
