package io.jitmem.allocator.heap;

/**
 * Two cache lines in front of the fields of a subclass, since processors fetch lines in pairs. The
 * collector may put any two objects side by side; with this, no two of a subclass share a line.
 */
@SuppressWarnings({"unused", "UnusedVariable"}) // that they are there is all they do
abstract class Padding {
  private long p00;
  private long p01;
  private long p02;
  private long p03;
  private long p04;
  private long p05;
  private long p06;
  private long p07;
  private long p08;
  private long p09;
  private long p10;
  private long p11;
  private long p12;
  private long p13;
  private long p14;
  private long p15;
}
