import { Empty } from '../components/states';

export default function Organization() {
  return <Empty icon="info" title="Not here yet" />;
}
