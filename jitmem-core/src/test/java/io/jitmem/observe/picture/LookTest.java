package io.jitmem.observe.picture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What lies side by side in a block can be told apart by those who see few colours or none: by
 * lightness alone, the L* of CIE 1976, of which a difference of 2.3 is just noticeable; or by the
 * form of a pattern that itself can be seen.
 */
class LookTest {
  private static final double CLEAR = 10;
  private static final double ONE_LEVEL = 5;
  private static final double PATTERN = 15;

  /**
   * How colours are seen, as matrices for linear RGB: those of Machado, Oliveira and Fernandes
   * (2009) for the complete deficiencies, and the luminance of sRGB.
   */
  enum Sight {
    COLOURS,
    PROTANOPIA,
    DEUTERANOPIA,
    GREY;

    private double[] matrix() {
      return switch (this) {
        case COLOURS -> new double[] {1, 0, 0, 0, 1, 0, 0, 0, 1};
        case PROTANOPIA ->
            new double[] {
              0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116,
              1.051998
            };
        case DEUTERANOPIA ->
            new double[] {
              0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940,
              0.968881
            };
        case GREY ->
            new double[] {0.2126, 0.7152, 0.0722, 0.2126, 0.7152, 0.0722, 0.2126, 0.7152, 0.0722};
      };
    }

    /** The lightness of a colour such as {@code #0072B2}, 0 to 100. */
    double lightness(String colour) {
      int rgb = Integer.parseInt(colour.substring(1), 16);
      double[] linear = {linear(rgb >> 16), linear(rgb >> 8), linear(rgb)};
      double[] matrix = matrix();
      double luminance = 0;
      double[] weights = {0.2126, 0.7152, 0.0722};
      for (int i = 0; i < 3; i++) {
        double seen = 0;
        for (int k = 0; k < 3; k++) {
          seen += matrix[3 * i + k] * linear[k];
        }
        luminance += weights[i] * Math.clamp(seen, 0, 1);
      }
      return luminance > 0.008856 ? 116 * Math.cbrt(luminance) - 16 : 903.3 * luminance;
    }

    private static double linear(int channel) {
      double value = (channel & 255) / 255.0;
      return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
    }
  }

  @ParameterizedTest
  @EnumSource
  void spans_are_darker_than_free_memory_and_the_darker_the_fuller(Sight sight) {
    for (int granule : new int[] {64, 128, 256}) {
      double lighter = sight.lightness(Look.fill(new Cell(AreaKind.FREE, 0), granule)) - CLEAR;
      for (int level = 1; level <= Cell.LEVELS; level++) {
        double its = sight.lightness(Look.fill(new Cell(AreaKind.USED, level), granule));
        assertThat(its).as("level %d of granule %d", level, granule).isLessThanOrEqualTo(lighter);
        lighter = its - ONE_LEVEL;
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void all_else_has_patterns_of_different_forms_that_can_be_seen(Sight sight) {
    Set<String> forms = new HashSet<>();
    for (AreaKind kind : List.of(AreaKind.HELD, AreaKind.PARKED, AreaKind.PADDING)) {
      String fill = Look.fill(new Cell(kind, 0), 64);
      String pattern = pattern(fill.substring("url(#".length(), fill.length() - 1));
      List<String> colours = colours(pattern);
      assertThat(colours).as(pattern).hasSize(2);
      assertThat(sight.lightness(colours.get(0)) - sight.lightness(colours.get(1)))
          .as("%s of %s", kind, colours)
          .isGreaterThan(PATTERN);
      forms.add(pattern.replaceAll("#[0-9A-Fa-f]{6}|id=\"[a-z]+\"", ""));
    }
    assertThat(forms).hasSize(3);
  }

  private static String pattern(String name) {
    Matcher pattern =
        Pattern.compile("<pattern id=\"" + name + "\".*?</pattern>", Pattern.DOTALL)
            .matcher(Look.PATTERNS);
    assertThat(pattern.find()).as(name).isTrue();
    return pattern.group();
  }

  /** The ground's colour, and that of what is drawn on it. */
  private static List<String> colours(String pattern) {
    List<String> colours = new ArrayList<>();
    Matcher colour = Pattern.compile("#[0-9A-Fa-f]{6}").matcher(pattern);
    while (colour.find()) {
      colours.add(colour.group());
    }
    return colours;
  }
}
