package io.jitmem.tool.top;

import io.jitmem.tool.command.JsonWriter;
import io.jitmem.tool.command.Terminal;
import java.util.List;

/** An object for each sample, each on a line. */
final class JsonView implements View {
  private final Terminal terminal;

  JsonView(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public synchronized void show(double seconds, List<Sample> samples) {
    StringBuilder lines = new StringBuilder();
    for (Sample sample : samples) {
      lines.append(object(seconds, sample)).append('\n');
    }
    terminal.out().print(lines);
    terminal.out().flush();
  }

  /** No key is ever left out. */
  private static JsonWriter object(double seconds, Sample sample) {
    JsonWriter json = JsonWriter.ofOneLine().beginObject();
    json.name("seconds").value(seconds, 3);
    json.name("allocator").value(sample.allocator());
    json.textOrNull("strategy", sample.strategy());
    for (Figure figure : Figure.values()) {
      json.name(figure.key());
      Double value = sample.value(figure);
      if (value == null) {
        json.nothing();
      } else {
        figure.unit().write(json, value);
      }
    }
    return json.textOrNull("lastRefusal", sample.refusal()).endObject();
  }
}
