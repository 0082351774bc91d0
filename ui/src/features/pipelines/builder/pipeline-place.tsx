export function PipelinePlace({ id }: { id: string; tab: string; step: string | undefined }) {
  return <p>{id}</p>;
}
