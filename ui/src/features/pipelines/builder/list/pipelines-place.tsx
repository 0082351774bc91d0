export function PipelinesPlace() {
  return null;
}
