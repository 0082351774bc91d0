export function RunPlace({ id }: { id: string }) {
  return <p className="p-6">{id}</p>;
}
