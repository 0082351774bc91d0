/** A line through the values, in a box of this size; 0 is its lower edge. Pixels, `M x y L x y …`. */
export function sparkline(values: readonly number[], width: number, height: number): string {
  const most = Math.max(...values, Number.MIN_VALUE);
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  return values
    .map((value, index) => {
      const x = values.length === 1 ? width / 2 : index * step;
      return `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${(height - (value / most) * height).toFixed(1)}`;
    })
    .join(' ');
}
