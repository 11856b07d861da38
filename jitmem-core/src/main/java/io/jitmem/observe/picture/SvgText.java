package io.jitmem.observe.picture;

/** Writes the elements of an SVG document. */
final class SvgText {
  private static final String STYLE =
      """
      text{font:12px 'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:#111111}
      .title{font-size:16px;font-weight:bold}
      .bold{font-weight:bold}
      """;

  private final StringBuilder body = new StringBuilder();

  /** Writes a line of text below a place and returns its height. */
  int text(int x, int top, String kind, String words, int height) {
    body.append("<text x=\"").append(x).append("\" y=\"").append(top + height - 5).append('"');
    if (!kind.isEmpty()) {
      body.append(" class=\"").append(kind).append('"');
    }
    body.append('>').append(escaped(words)).append("</text>\n");
    return height;
  }

  void box(int x, int y, int width, int height, String fill) {
    rectangle(x, y, width, height).append(" fill=\"").append(fill).append("\"/>\n");
  }

  void outline(int x, int y, int width, int height) {
    rectangle(x, y, width, height).append(" fill=\"none\" stroke=\"#555555\"/>\n");
  }

  private StringBuilder rectangle(int x, int y, int width, int height) {
    return body.append("<rect x=\"")
        .append(x)
        .append("\" y=\"")
        .append(y)
        .append("\" width=\"")
        .append(width)
        .append("\" height=\"")
        .append(height)
        .append('"');
  }

  void path(CharSequence steps, String fill) {
    body.append("<path d=\"").append(steps).append("\" fill=\"").append(fill).append("\"/>\n");
  }

  /** Begins a group with a title, which viewers show beside the pointer. */
  void open(String title) {
    body.append("<g class=\"block\"><title>").append(escaped(title)).append("</title>\n");
  }

  void close() {
    body.append("</g>\n");
  }

  String document(int width, int height, String title, String description) {
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            .formatted(width, height)
        + " viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"title desc\">\n"
            .formatted(width, height)
        + "<title id=\"title\">"
        + escaped(title)
        + "</title>\n"
        + "<desc id=\"desc\">"
        + escaped(description)
        + "</desc>\n"
        + "<style>\n"
        + STYLE
        + "</style>\n<defs>\n"
        + Look.PATTERNS
        + "</defs>\n"
        + "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
        + body
        + "</svg>\n";
  }

  /** Text as XML has it; characters that XML knows no way to write are replaced. */
  static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '&' -> escaped.append("&amp;");
        case '"' -> escaped.append("&quot;");
        default -> escaped.append(isXml(c) ? c : '?');
      }
    }
    return escaped.toString();
  }

  private static boolean isXml(char c) {
    return c >= ' ' && c < 0xFFFE && !Character.isSurrogate(c);
  }
}
