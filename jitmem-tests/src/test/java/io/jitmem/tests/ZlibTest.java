package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.allocator.WriteStrategy;
import io.jitmem.code.CodeLibrary;
import io.jitmem.code.MachineCode;
import io.jitmem.tests.bench.Zlib;
import io.jitmem.virtmem.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The static zlib of the system, a library that nobody here wrote, loaded whole and called. */
class ZlibTest {
  private static final int BYTE_SIZE = 10_000_000;
  private static final int LEVEL = 6;

  static List<WriteStrategy> strategies() {
    return LinkedObjects.strategies();
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void it_compresses_and_decompresses_as_java_does(WriteStrategy strategy) throws Exception {
    byte[] text = Zlib.text(BYTE_SIZE);
    byte[] expected = deflate(text);
    try (LinkedObjects code = LinkedObjects.link(strategy, library().all());
        Arena arena = Arena.ofConfined()) {
      Zlib zlib = new Zlib(code::handle);
      MemorySegment from = Zlib.nativeCopy(text, arena);
      assertThat(zlib.checksum(from)).isEqualTo(checksum(text));
      MemorySegment compressed = zlib.compress(from, arena.allocate(zlib.bound(BYTE_SIZE)), LEVEL);
      assertThat(Arrays.equals(inflate(compressed.toArray(JAVA_BYTE)), text))
          .as("java.util.zip reads what it wrote")
          .isTrue();
      assertThat(Arrays.equals(compressed.toArray(JAVA_BYTE), expected))
          .as("it wrote what java.util.zip writes")
          .isTrue();
      MemorySegment back =
          zlib.uncompress(Zlib.nativeCopy(expected, arena), arena.allocate(BYTE_SIZE));
      assertThat(Arrays.equals(back.toArray(JAVA_BYTE), text))
          .as("it reads what java.util.zip wrote")
          .isTrue();
    }
  }

  @Test
  void what_is_needed_of_it_is_found() throws Exception {
    var caller = MachineCode.builder(Platform.current().architecture().orElseThrow());
    caller.undefined("zlibVersion");
    assertThat(CodeLibrary.needed(List.of(caller.build()), List.of(library())))
        .extracting(MachineCode::name)
        .containsExactly("libz.a(zutil.o)");
  }

  private static CodeLibrary library() throws Exception {
    Optional<Path> library = Zlib.library();
    assumeTrue(library.isPresent(), "there is no static zlib: install zlib1g-dev");
    return CodeLibrary.open(library.get());
  }

  private static byte[] deflate(byte[] text) {
    Deflater deflater = new Deflater(LEVEL);
    try {
      deflater.setInput(text);
      deflater.finish();
      byte[] to = new byte[text.length + 1000];
      int size = deflater.deflate(to);
      assertThat(deflater.finished()).isTrue();
      return Arrays.copyOf(to, size);
    } finally {
      deflater.end();
    }
  }

  private static byte[] inflate(byte[] compressed) throws Exception {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(compressed);
      byte[] to = new byte[BYTE_SIZE + 1];
      int size = inflater.inflate(to);
      assertThat(inflater.finished()).isTrue();
      return Arrays.copyOf(to, size);
    } finally {
      inflater.end();
    }
  }

  private static long checksum(byte[] text) {
    CRC32 checksum = new CRC32();
    checksum.update(text);
    return checksum.getValue();
  }
}
