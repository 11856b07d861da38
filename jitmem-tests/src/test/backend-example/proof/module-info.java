/** The proof that the backend keeps its promises, and a program that uses it. */
open module com.example.arena.proof {
  requires com.example.arena;
  requires io.jitmem.core;
  requires io.jitmem.tests;
}
