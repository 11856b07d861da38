package io.jitmem.tests.fault;

import io.jitmem.tests.fault.Schedule.Fail;
import io.jitmem.tests.fault.Schedule.Outcome;
import io.jitmem.tests.fault.Schedule.Pass;
import io.jitmem.tests.fault.Schedule.Sometimes;
import io.jitmem.tests.fault.Schedule.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads the language of {@link FaultPlan} by recursive descent, a method a rule of its grammar. */
final class FaultPlanParser {
  /** A word or mark and where it stands; the last one is empty. */
  private record Token(String text, int position) {
    boolean is(String... any) {
      return Arrays.asList(any).contains(text);
    }

    boolean isNumber() {
      return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    @Override
    public String toString() {
      return switch (text) {
        case "" -> "the end";
        case "\n" -> "the end of the line";
        default -> "'" + text + "'";
      };
    }
  }

  private static final Pattern TOKEN = Pattern.compile("[A-Za-z_]+|[0-9]+|\\n|[^ \\t\\r]");
  private static final int MAX_DIGITS = 18;

  private final List<Token> tokens = new ArrayList<>();
  private int next;

  FaultPlanParser(String text) {
    Matcher matcher = TOKEN.matcher(text);
    while (matcher.find()) {
      tokens.add(new Token(matcher.group(), matcher.start()));
    }
    tokens.add(new Token("", text.length()));
  }

  Map<String, Schedule> plan() {
    Map<String, Schedule> rules = new HashMap<>();
    while (!peek().is("")) {
      if (peek().is(";", "\n")) {
        next++;
      } else {
        rule(rules);
      }
    }
    return rules;
  }

  private void rule(Map<String, Schedule> rules) {
    Token subject = take();
    if (!subject.is("any") && Operation.of(subject.text()).isEmpty()) {
      throw wrong(subject, "expected 'any' or an operation (" + operations() + ")");
    }
    if (rules.containsKey(subject.text())) {
      throw wrong(subject, "there is a rule for this already");
    }
    expect(":");
    List<Step> steps = new ArrayList<>();
    do {
      steps.add(step());
    } while (!peek().is("", ";", "\n") && steps.getLast().calls() < Schedule.FOREVER);
    if (!peek().is("", ";", "\n")) {
      throw wrong(peek(), "nothing can follow '*' in a rule");
    }
    rules.put(subject.text(), new Schedule(steps));
  }

  private Step step() {
    Token first = peek();
    long count = first.isNumber() ? number() : 1;
    if (count < 1) {
      throw wrong(first, "expected a number from 1");
    }
    Outcome outcome = outcome();
    if (!peek().is("*")) {
      return new Step(count, outcome);
    }
    if (first.isNumber()) {
      throw wrong(peek(), "a step has a number or '*', not both");
    }
    next++;
    return new Step(Schedule.FOREVER, outcome);
  }

  private Outcome outcome() {
    Token word = take();
    return switch (word.text()) {
      case "ok" -> new Pass();
      case "fail" -> new Fail(fault());
      case "random" -> random();
      default -> throw wrong(word, "expected 'ok', 'fail' or 'random'");
    };
  }

  private Outcome random() {
    Token percent = peek();
    long share = number();
    if (share > 100) {
      throw wrong(percent, "expected a number from 0 to 100");
    }
    expect("%");
    expect("seed");
    return new Sometimes((int) share, number(), fault());
  }

  private Fault fault() {
    if (peek().is("", ";", "\n", "*", "ok", "fail", "random") || peek().isNumber()) {
      return Fault.ENOMEM;
    }
    Token name = take();
    return Fault.named(name.text())
        .orElseThrow(
            () -> wrong(name, "expected a fault such as ENOMEM, EACCES or PERMISSION_DENIED"));
  }

  private long number() {
    Token number = take();
    if (!number.isNumber() || number.text().length() > MAX_DIGITS) {
      throw wrong(number, "expected a number of up to " + MAX_DIGITS + " digits");
    }
    return Long.parseLong(number.text());
  }

  private void expect(String text) {
    Token token = take();
    if (!token.is(text)) {
      throw wrong(token, "expected '" + text + "'");
    }
  }

  private Token peek() {
    return tokens.get(next);
  }

  private Token take() {
    Token token = peek();
    next = Math.min(next + 1, tokens.size() - 1);
    return token;
  }

  private static IllegalArgumentException wrong(Token token, String why) {
    return new IllegalArgumentException(
        "fault plan, character " + (token.position() + 1) + ", " + token + ": " + why);
  }

  private static String operations() {
    return Arrays.stream(Operation.values()).map(Operation::word).collect(Collectors.joining(", "));
  }
}
