/** OpenTelemetry, for those who run a collector. Nothing of it is loaded otherwise: the tree is large. */
import { context, propagation, SpanKind, SpanStatusCode, trace, type Attributes } from "@opentelemetry/api";
import { redactText } from "./redact.ts";

let isOn = false;

/** Whether spans go anywhere. */
export function isTracing(): boolean {
  return isOn;
}

/**
 * Starts sending spans where `endpoint` is set.
 * @param endpoint of `OTEL_EXPORTER_OTLP_ENDPOINT`, for example `http://collector:4318`
 * @returns how to flush and stop
 */
export async function startTracing(service: string, endpoint: string | undefined): Promise<() => Promise<void>> {
  if (endpoint === undefined) return async () => undefined;
  const [{ NodeSDK }, { OTLPTraceExporter }] = await Promise.all([
    import("@opentelemetry/sdk-node"),
    import("@opentelemetry/exporter-trace-otlp-proto"),
  ]);
  const url = `${endpoint.replace(/\/$/, "")}/v1/traces`;
  const sdk = new NodeSDK({ serviceName: service, traceExporter: new OTLPTraceExporter({ url }) });
  sdk.start();
  isOn = true;
  return async () => {
    isOn = false;
    await sdk.shutdown();
  };
}

/** Runs `work` in a span, marked failed where it throws. Costs one check while tracing is off. */
export async function withSpan<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  if (!isOn) return work();
  return trace.getTracer("rhesis").startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      if (error instanceof Error) span.recordException({ name: error.name, message: redactText(error.message) });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** A request from outside, as part of the caller's trace where its headers name one. `end` takes the HTTP status. */
export function startServerSpan(
  headers: Record<string, string | string[] | undefined>,
  attributes: Attributes,
): { run<T>(work: () => T): T; end(name: string, status: number): void } {
  const parent = propagation.extract(context.active(), headers);
  const span = trace.getTracer("rhesis").startSpan("request", { kind: SpanKind.SERVER, attributes }, parent);
  return {
    run: (work) => context.with(trace.setSpan(parent, span), work),
    end(name, status) {
      span.updateName(name);
      span.setAttribute("http.response.status_code", status);
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}
