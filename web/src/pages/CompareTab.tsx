import { Empty } from '../components/states';

export default function CompareTab(props: Record<string, unknown>) {
  return <Empty icon="info" title={`Not here yet (${Object.keys(props).length})`} />;
}
