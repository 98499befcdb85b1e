import { defineConfig } from 'skewless/config';

export default defineConfig({
  // For a first try, page views come from a file. In production give the source its topic, in features/, and say
  // here where the brokers are: kafka: { brokers: process.env['KAFKA_BROKERS'] }.
  files: { page_views: { path: 'data/page-views.ndjson' } },
});
