#include "shapes.h"

static Register registered_too;

extern "C" int ticket_there() { return ticket(); }

extern "C" const Shape *make_square(Square *place, double side) {
  place->side = side;
  return place;
}

extern "C" double area_of(const Shape &shape) { return shape.area() * largest(2, 1, 0); }

extern "C" double twice_area(double side) {
  Square square(side);
  return area_of(square);
}
