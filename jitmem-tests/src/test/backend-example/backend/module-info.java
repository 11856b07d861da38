/** A backend for tests: memory of arenas, in which nothing is ever executed. */
module com.example.arena {
  requires transitive io.jitmem.api;

  exports com.example.arena;

  provides io.jitmem.virtmem.spi.VirtMemProvider with
      com.example.arena.ArenaProvider;
}
