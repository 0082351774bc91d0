export function RunsList({ pipelineId }: { pipelineId?: string }) {
  return <p className="p-6">{pipelineId}</p>;
}
