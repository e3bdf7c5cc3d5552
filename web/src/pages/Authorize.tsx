import { Empty } from '../components/states';

export default function Authorize() {
  return <Empty icon="info" title="Not here yet" />;
}
