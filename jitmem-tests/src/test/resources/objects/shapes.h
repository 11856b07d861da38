// Inline functions and their data: each object has a copy, and the program has one.
struct Shape {
  virtual double area() const = 0;
};

struct Square : Shape {
  double side;
  explicit Square(double length) : side(length) {}
  double area() const override { return side * side; }
};

inline int ticket() {
  static int last = 100;
  return ++last;
}

template <typename T>
T largest(T a, T b, T c) {
  T first = a < b ? b : a;
  return first < c ? c : first;
}

struct Register {
  static inline int size = 0;
  Register() { size++; }
};
