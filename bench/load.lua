-- Arguments: METHOD BODY_BYTES. One fixed request; the result as one line of numbers that load.py reads.
function init(arguments)
  wrk.method = arguments[1]
  local bytes = tonumber(arguments[2])
  if bytes > 0 then
    wrk.body = string.rep("x", bytes)
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d %d %d %d %d\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect, errors.read, errors.write, errors.status, errors.timeout))
end
