import { Counter } from '../counter.ts';
import { Histogram, SECONDS } from '../histogram.ts';

export const httpMeasures = {
  requests: new Counter({
    name: 'vumi_http_requests_total',
    help: 'Requests to the API, by template of their route',
    labels: ['method', 'route', 'status'],
    most: 2000,
  }),
  seconds: new Histogram({
    name: 'vumi_http_request_seconds',
    help: 'From a request to its answer; those that were refused are left out',
    labels: ['method', 'route'],
    most: 500,
    buckets: SECONDS,
  }),
};
