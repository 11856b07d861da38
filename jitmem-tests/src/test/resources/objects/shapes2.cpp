#include "shapes.h"

static Register registered_too;

extern "C" int ticket_there() { return ticket(); }

// The address of the table of virtual functions, which every object that has the class may hold.
extern "C" const void *square_table() {
  Square square(1);
  return *reinterpret_cast<const void *const *>(&square);
}

extern "C" double area_of(const Shape &shape) { return shape.area() * largest(2, 1, 0); }

extern "C" double twice_area(double side) {
  Square square(side);
  return area_of(square);
}
