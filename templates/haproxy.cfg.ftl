<#-- One JSON object that is an error to OpenAI's clients and to Anthropic's alike. -->
<#function error type code message>
  <#return '{"type":"error","error":{"type":"' + type + '","message":"' + message + '","param":null,"code":"' + code + '"}}'>
</#function>
<#macro answer status type code message headers="">
    http-error status [=status] content-type application/json hdr X-Aiserver [=code][=headers] string '[=error(type, code, message)]'
</#macro>
# Written by aiserver; the next "aiserver install" replaces it.
#
#   client -> [=bindAddress]:[=proxy.port] -> this proxy -> 127.0.0.1:[=ollamaPort] -> Ollama
#
# Every answer that the proxy makes itself says why in the header X-Aiserver; Ollama's answers never have it.
# (What is no whole HTTP request, HAProxy's parser refuses before any rule is read, with a page of its own.)

global
    # To standard output, which launchd writes to the log file; the default of 1024 bytes would cut lines.
    log stdout len 4096 format raw local0 info
    # Written out because it would else follow from the limit of open files. It needs 2 x 4096 + 18 of them, and the
    # service may have 16384.
    maxconn 4096
    # Plenty for thousands of requests a second, and the other cores are for inference.
    nbthread 2
    # A reload lets running answers end, but no longer than this.
    hard-stop-after 30m
    # Otherwise a second HAProxy could listen on the same address and take half of the connections.
    noreuseport

defaults
    mode http
    log global
    # Port scans and health probes without a request are not worth a line.
    option dontlognull
    # A client that leaves stops its generation, also before the first token.
    option abortonclose
    # Otherwise Linux delivers streamed tokens in bursts of 200 ms.
    option http-no-delay
    # At a reload, idle clients are served once more and then closed, so that none loses a request.
    option idle-close-on-response
    # A client's first request never depends on an old connection that Ollama may just have closed.
    http-reuse safe
    # Only a failed connection is tried again, and then the request was never sent: nothing is generated twice.
    retries 1
    timeout connect 2s
    # For the whole head of a request, against clients that send it byte by byte.
    timeout http-request 30s
    timeout http-keep-alive 15m
    timeout queue 60s
    timeout client 30m
    # Ollama sends nothing while it loads a model and reads the prompt, and a cut here aborts the load.
    timeout server 60m
    # One JSON object for each request: never a query, a header or a body.
    log-format '{"time":%Ts.%ms,"client":"%ci","method":"%HM","path":"%[var(txn.path),json(utf8s)]","status":%ST,"bytes_in":%U,"bytes_out":%B,"connect_ms":%Tc,"first_byte_ms":%Tr,"total_ms":%Ta,"end":"%tsc","running":%fc}'

frontend aiserver
    # One address, never all of them.
    bind [=bindAddress]:[=proxy.port]
    # Otherwise the port would also speak HTTP/2 to clients that start with it.
    option disable-h2-upgrade

    # What the proxy answers itself, in the shape that OpenAI's and Anthropic's clients both read.
    <@answer 400 "invalid_request_error" "bad-request" "malformed HTTP request" />
    <@answer 404 "not_found_error" "blocked" "this endpoint is not served here" />
    <@answer 408 "timeout_error" "request-timeout" "the request did not arrive in time" />
    <@answer 421 "invalid_request_error" "unknown-host" "this server is not known by that host name" />
    <@answer 500 "api_error" "proxy-error" "the proxy failed" />
    <@answer 502 "api_error" "bad-answer" "the model server hung up or answered badly" />
    <@answer 503 "api_error" "model-server-down" "the model server is not running" " hdr Retry-After 5" />
    <@answer 504 "timeout_error" "timeout" "the model server did not answer in time" />

    # Without the query, which is not ours to write down; this also keeps lines short.
    http-request set-var(txn.path) path,bytes(0,256)

    # 1. Framing. Some versions of HAProxy let these through, and two servers that disagree about where a request
    #    ends can be made to take the rest of one for another.
    http-request deny deny_status 400 if { req.fhdr(content-length) -m found } !{ req.fhdr(content-length) -m reg ^[0-9]{1,12}$ }
    http-request deny deny_status 400 if { req.fhdr(transfer-encoding) -m found } !{ req.fhdr(transfer-encoding) -m str -i chunked }
    http-request deny deny_status 400 if !{ req.ver 1.0 1.1 }
    http-request deny deny_status 400 if { req.hdrs -m reg '[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]' }

    # 2. The host name. Ollama checks it against its own machine's name only, so it is checked here and replaced
    #    below. Without this, a web page could point a name of its own at [=bindAddress] and read the answers.
    #    It comes before the endpoints, so that such a page does not even learn which there are.
    <#list hostNames as name>
    acl known_host req.fhdr(host) -m str -i [=name] [=name]:[=proxy.port] [=name]. [=name].:[=proxy.port]
    </#list>
    acl known_host req.fhdr(host) -m str [=bindAddress] [=bindAddress]:[=proxy.port]
    http-request deny deny_status 421 if !known_host

<#if proxy.unfiltered>
    # 3. Every endpoint, because the configuration says "all": also those that delete, pull and push models.
    #    Only what is no path on this server stays out: other servers' addresses, "*", and tunnels.
    http-request deny deny_status 404 if !{ url_beg / }
<#else>
    # 3. The endpoints: exact method and exact path. The path is compared as it was sent, not decoded, so every
    #    other spelling of a path is another path, and not served. A model's name is one segment, in which clients may
    #    write the colon as %3A; Ollama has no route for names with a slash.
  <#list proxy.endpoints as endpoint>
    <#if endpoint.namesModel()>
    http-request set-var(txn.served) bool(true) if { method [=endpoint.method] } { path -m reg '^[=endpoint.path?remove_ending("{model}")][A-Za-z0-9_](([A-Za-z0-9._:@-]|%3[Aa]){0,253}[A-Za-z0-9_@-])?$' }
    <#else>
    http-request set-var(txn.served) bool(true) if { method [=endpoint.method] } { path [=endpoint.path] }
    </#if>
  </#list>
    acl served var(txn.served) -m bool
    # "http://other/v1/models" has a path that is served, and is not a path on this server.
    acl origin_form url_beg /
    # As Ollama writes its own errors below /api/.
    http-request return status 404 content-type application/json hdr X-Aiserver blocked string '{"error":"this endpoint is not served here"}' if !served { path_beg /api/ }
    http-request deny deny_status 404 if !served
    http-request deny deny_status 404 if !origin_form
</#if>

    # 4. What Ollama gets otherwise than it was sent. No switch of protocol may open a tunnel past the rules above;
    #    Java's own HTTP client asks for one with each request, so it is ignored rather than refused.
    http-request del-header Upgrade
    http-request del-header HTTP2-Settings
    # Ollama answers 403 to a name that is not its own machine's.
    http-request set-header Host 127.0.0.1:[=ollamaPort]
    # For Ollama's log. It believes what it reads here, so nothing of the client's may stay.
    http-request set-header X-Forwarded-For %[src]
    # Ollama would build redirects with it.
    http-request del-header X-Forwarded-Prefix

<#if proxy.unfiltered>
    use_backend ollama
<#else>
    # There is no default_backend: nothing else can arrive.
    use_backend ollama if served
</#if>

backend ollama
    # Nobody asked it to switch protocols, see above; what came after such an answer would pass without a rule.
    http-response deny deny_status 502 if { status 101 }
    # Whoever reads X-Aiserver can rely on it: only the proxy writes it.
    http-response del-header X-Aiserver
    # A connection without a request, which leaves no line in Ollama's log. While Ollama is away, clients are told at
    # once, and they are served again within a second of its return.
    server ollama 127.0.0.1:[=ollamaPort] check inter 2s fastinter 500ms downinter 1s fall 2 rise 1
