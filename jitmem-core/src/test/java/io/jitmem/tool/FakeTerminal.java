package io.jitmem.tool;

import io.jitmem.tool.command.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A terminal that remembers what was printed. */
public final class FakeTerminal implements Terminal {
  /** A pipe whose reader has left. */
  private static final OutputStream BROKEN =
      new OutputStream() {
        @Override
        public void write(int b) throws IOException {
          throw new IOException("Broken pipe");
        }
      };

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final ByteArrayOutputStream complained = new ByteArrayOutputStream();
  private final Map<String, String> variables = new HashMap<>();
  private final PrintStream err = new PrintStream(complained, true, StandardCharsets.UTF_8);
  private PrintStream out;
  private InputStream in = InputStream.nullInputStream();
  private boolean interactive;

  public FakeTerminal() {
    this(StandardCharsets.UTF_8);
  }

  public FakeTerminal(Charset charset) {
    out = new PrintStream(written, true, charset);
  }

  /** Lets every write of a result fail. */
  public FakeTerminal withBrokenPipe() {
    out = new PrintStream(BROKEN, true, StandardCharsets.UTF_8);
    return this;
  }

  public FakeTerminal withInput(byte... bytes) {
    in = new ByteArrayInputStream(bytes);
    return this;
  }

  public FakeTerminal withPerson() {
    interactive = true;
    return this;
  }

  public FakeTerminal withVariable(String name, String value) {
    variables.put(name, value);
    return this;
  }

  /** What was printed as a result, with {@code \n} between lines. */
  public String output() {
    return text(written, out.charset());
  }

  /** What was printed as errors and progress, with {@code \n} between lines. */
  public String errors() {
    return text(complained, StandardCharsets.UTF_8);
  }

  public List<String> errorLines() {
    return errors().lines().toList();
  }

  @Override
  public PrintStream out() {
    return out;
  }

  @Override
  public PrintStream err() {
    return err;
  }

  @Override
  public InputStream in() {
    return in;
  }

  @Override
  public boolean isInteractive() {
    return interactive;
  }

  @Override
  public @Nullable String variable(String name) {
    return variables.get(name);
  }

  private static String text(ByteArrayOutputStream bytes, Charset charset) {
    return bytes.toString(charset).replace(System.lineSeparator(), "\n");
  }
}
