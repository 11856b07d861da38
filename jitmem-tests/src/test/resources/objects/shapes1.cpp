#include "shapes.h"

static Register registered;

extern "C" int ticket_here() { return ticket(); }

extern "C" double area(double side) {
  Square square(side);
  const Shape &shape = square;
  return shape.area() + largest(1.0, 2.0, 0.5);
}

extern "C" int registered_count() { return Register::size; }
