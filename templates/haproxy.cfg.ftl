<#-- One JSON object that is an error to OpenAI's clients and to Anthropic's alike. -->
<#function error type code message>
  <#return '{"type":"error","error":{"type":"' + type + '","message":"' + message + '","param":null,"code":"' + code + '"}}'>
</#function>
<#macro answer status type code message headers="">
    http-error status [=status] content-type application/json hdr X-Aiserver [=code][=headers] string '[=error(type, code, message)]'
</#macro>
<#-- Makes the text of a refusal one for a JSON string; "\/" would be right as well, and harder to read. -->
<#macro quote condition>
    http-request set-var(txn.refusal) var(txn.refusal),json(utf8s),regsub(\\x5c/,/,g) if [=condition]
</#macro>
# Written by aiserver; the next "aiserver install" replaces it.
#
#   client -> [=bindAddress]:[=proxy.port] -> this proxy -> 127.0.0.1:[=ollamaPort] -> Ollama
#
# Every answer that the proxy makes itself says why in the header X-Aiserver; Ollama's answers never have it.
# (What is no whole HTTP request, HAProxy's parser refuses before any rule is read, with a page of its own; so it does
# with a head that takes longer than 30 s.)

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
    # Longer than clients keep a connection that they do not use; each one counts towards the limit below.
    timeout http-keep-alive 2m
    timeout queue 60s
    timeout client 30m
    # Ollama sends nothing while it loads a model and reads the prompt, and a cut here aborts the load.
    timeout server 60m
    # One JSON object for each request: never a query, a header or a body. From HAProxy 3.3 on, bytes_out is 0 for what
    # the proxy answers itself.
    log-format '{"time":%Ts.%ms,"client":"%ci","method":"%HM","path":"%[var(txn.path),json(utf8s)]","status":%ST,"bytes_in":%U,"bytes_out":%B,"connect_ms":%Tc,"first_byte_ms":%Tr,"total_ms":%Ta,"end":"%tsc","running":%fc}'

frontend aiserver
    # One address, never all of them.
    bind [=bindAddress]:[=proxy.port]
    # Otherwise the port would also speak HTTP/2 to clients that start with it.
    option disable-h2-upgrade

    # Who may connect: this machine, and the ranges that the configuration allows. A machine that forwards packets
    # between its networks answers all of them on [=bindAddress].
    tcp-request connection reject unless { src 127.0.0.0/8 [=bindAddress]<#list clients as range> [=range]</#list> }

    # One device must not take all connections from the others. A connection beyond the limit is closed at once, except
    # the first in 10 seconds: its request is answered with 429, which leaves a line in the log.
    stick-table type ip size 10k expire 1m store conn_cur,gpc0,gpc0_rate(10s)
    tcp-request connection track-sc0 src
    acl too_many_connections sc0_conn_cur gt 256
    tcp-request connection sc-inc-gpc0(0) if too_many_connections
    tcp-request connection reject if too_many_connections { sc0_gpc0_rate gt 1 }
    tcp-request connection set-var(sess.surplus) bool(true) if too_many_connections

    # What the proxy answers itself, in the shape that OpenAI's and Anthropic's clients both read.
    <@answer 400 "invalid_request_error" "bad-request" "aiserver: malformed HTTP request" />
    <@answer 403 "permission_error" "foreign-origin" "aiserver: this server does not answer that web page" />
    <@answer 404 "not_found_error" "blocked" "aiserver: this is not a path on this server" />
    <@answer 408 "timeout_error" "request-timeout" "aiserver: the request did not arrive in time" />
    <@answer 413 "request_too_large" "body-too-large" "aiserver: the body of a request may have [=proxy.maxBody / 1048576] MiB on this server" />
    <@answer 421 "invalid_request_error" "unknown-host" "aiserver: this server is not known by that host name" />
    <@answer 429 "rate_limit_error" "too-many-connections" "aiserver: this device has 256 connections to this server, as many as one may have" " hdr Connection close" />
    <@answer 500 "api_error" "proxy-error" "aiserver: the proxy failed" />
    <@answer 502 "api_error" "bad-answer" "aiserver: Ollama closed the connection or sent a malformed response" />
    <#-- OpenAI's and Anthropic's SDKs ask twice more: with 1 they give up before Ollama is back from a restart of 3 s. -->
    <@answer 503 "api_error" "model-server-down" "aiserver: Ollama is not running on the server" " hdr Retry-After 2" />
    <@answer 504 "timeout_error" "timeout" "aiserver: Ollama did not answer in time" />

    # Without the query, which is not ours to write down; this also keeps lines short.
    http-request set-var(txn.path) path,bytes(0,256)
    http-request deny deny_status 429 if { var(sess.surplus) -m bool }

    # 1. Framing. Some versions of HAProxy let these through, and two servers that disagree about where a request
    #    ends can be made to take the rest of one for another. A condition on a header is true when one of several fits,
    #    so there may be only one of each.
    http-request deny deny_status 400 if { req.fhdr_cnt(content-length) gt 1 } || { req.fhdr_cnt(transfer-encoding) gt 1 }
    http-request deny deny_status 400 if { req.fhdr(content-length) -m found } !{ req.fhdr(content-length) -m reg ^[0-9]{1,12}$ }
    http-request deny deny_status 400 if { req.fhdr(transfer-encoding) -m found } !{ req.fhdr(transfer-encoding) -m str -i chunked }
    http-request deny deny_status 400 if !{ req.ver 1.0 1.1 }
    http-request deny deny_status 400 if { req.hdrs -m reg '[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]' }

    # 2. The host name. Ollama checks it against its own machine's name only, so it is checked here and replaced
    #    below. Without this, a web page could point a name of its own at [=bindAddress] and read the answers.
    #    It comes before the endpoints, so that such a page does not even learn which there are. The port may be any:
    #    it is another one behind a forwarded port, and no page can choose the name by it.
    <#list hostNames as name>
    acl known_host req.fhdr(host) -m reg -i '^[=name?replace(".", "\\.")]\.?(:[0-9]{1,5})?$'
    </#list>
    acl known_host req.fhdr(host) -m reg '^[=bindAddress?replace(".", "\\.")](:[0-9]{1,5})?$'
    http-request deny deny_status 421 if !known_host

    # 3. Web pages. Every page that is open on a client could ask this server, and its browser says so in these headers.
<#if proxy.anyOrigin>
    #    Every page may, because the configuration says "any-origin".
    http-after-response set-header Access-Control-Allow-Origin *
<#else>
    acl other_site req.fhdr(sec-fetch-site) -m str -i cross-site same-site
  <#list proxy.origins as origin>
    acl listed_page req.fhdr(origin) -m str [=origin]
  </#list>
  <#if proxy.origins?has_content>
    http-request deny deny_status 400 if { req.fhdr_cnt(origin) gt 1 }
  </#if>
    http-request deny deny_status 403 if { req.fhdr(origin) -m found }<#if proxy.origins?has_content> !listed_page</#if>
    http-request deny deny_status 403 if other_site<#if proxy.origins?has_content> !listed_page</#if>
</#if>
<#if proxy.origins?has_content>
    # A browser shows a page only the answers that name the page.
    http-request set-var(txn.origin) req.fhdr(origin) if listed_page
    http-after-response set-header Access-Control-Allow-Origin %[var(txn.origin)] if { var(txn.origin) -m found }
    http-after-response add-header Vary Origin
</#if>

    # 4. Misconfigured clients, told what to change: several take every 404 for a missing model and say so instead.
    acl wrong_base path_beg /v1/v1/ /v1/api/ /api/v1/ /api/api/
    acl wrong_base path_beg /models/
    acl wrong_base path /models /chat/completions /completions /embeddings /responses /messages /messages/count_tokens
    acl wrong_base path /api/chat/completions
    http-request set-var-fmt(txn.refusal) 'aiserver: %[var(txn.path)] is not a path here; set the base URL of your client to http://%[req.fhdr(host)]/v1' if wrong_base
    http-request set-var-fmt(txn.refusal) 'aiserver: %[var(txn.path)] is not a path here; set the base URL of your client to http://%[req.fhdr(host)]' if { path_beg /v1/v1/messages /v1/api/ /api/api/ }
    <@quote "wrong_base" />
    http-request return status 400 content-type application/json hdr X-Aiserver base-url lf-string '[=error("invalid_request_error", "base-url", "%[var(txn.refusal)]")]' if wrong_base
<#if proxy.opens("POST", "/v1/responses")>
    # Codex asks for a websocket first, and goes on by HTTP at once when it reads this.
    http-request return status 426 content-type application/json hdr X-Aiserver no-websocket hdr Upgrade HTTP/1.1 string '[=error("invalid_request_error", "no-websocket", "aiserver: this server has no websockets; use POST /v1/responses")]' if { method GET } { path /v1/responses } { req.hdr(upgrade) -m str -i websocket }
</#if>

    # 5. The endpoints.
<#if proxy.unfiltered>
    # Every endpoint, because the configuration says "all": also those that delete, pull and push models.
    # Only what is not a path on this server stays out: other servers' addresses, "*", and tunnels.
    http-request deny deny_status 404 if !{ url_beg / }
    # And the owner's account: Ollama takes everybody behind this proxy for its owner. It decodes a path before it
    # looks for the route, so that is done here as well; "/./" and "/../" have no use in a request.
    http-request set-var(txn.decoded) path,url_dec
    acl of_the_owner var(txn.decoded) -m reg -i '(^|/)api/+(codex|me|signout|user)(/|$)'
    acl of_the_owner var(txn.decoded) -m reg '(^|/)\.{1,2}(/|$)'
    http-request set-var-fmt(txn.refusal) 'aiserver: %[method,bytes(0,32)] %[var(txn.path)] is never open: it acts on the account of the owner' if of_the_owner
    <@quote "of_the_owner" />
    http-request return status 404 content-type application/json hdr X-Aiserver blocked lf-string '{"error":"%[var(txn.refusal)]"}' if of_the_owner
<#else>
    # Exact method and exact path. The path is compared as it was sent, not decoded, so every other spelling of a
    # path is another path, and not served. A model's name is one segment, in which clients may write the colon as
    # %3A; Ollama has no route for names with a slash.
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
    # A refusal says what was refused, by whom, and what would open it.
    http-request set-var(txn.remedy) 'str(no endpoint set except all opens it)' if !served
  <#list proxy.closedSets as set>
    <#list set.endpoints() as endpoint>
    http-request set-var(txn.remedy) 'str(its owner can open it with the endpoint set [=set.key()])' if { method [=endpoint.method] } { path [=endpoint.path] }
    </#list>
  </#list>
    http-request set-var-fmt(txn.refusal) 'aiserver: %[method,bytes(0,32)] %[var(txn.path)] is not open on this server; %[var(txn.remedy)]' if !served
    <@quote "!served" />
    # As Ollama writes its own errors below /api/.
    http-request return status 404 content-type application/json hdr X-Aiserver blocked lf-string '{"error":"%[var(txn.refusal)]"}' if !served { path_beg /api/ }
    http-request return status 404 content-type application/json hdr X-Aiserver blocked lf-string '[=error("not_found_error", "blocked", "%[var(txn.refusal)]")]' if !served
    http-request deny deny_status 404 if !origin_form
</#if>
<#if proxy.servesPages()>
    # What a browser asks before it lets a page send; Ollama has a list of pages of its own, so it is not asked.
    http-request return status 204 hdr X-Aiserver preflight hdr Access-Control-Allow-Methods "GET, HEAD, POST<#if proxy.unfiltered>, DELETE</#if>" hdr Access-Control-Allow-Headers "%[req.fhdr(access-control-request-headers)]" hdr Access-Control-Allow-Private-Network true hdr Access-Control-Max-Age 600 if { method OPTIONS }
    http-request del-header Origin
</#if>

    # 6. Bodies. Of one that is sent in chunks nobody knows the length; HAProxy cannot count it on the way.
    http-request deny deny_status 413 if { req.hdr_val(content-length) gt [=proxy.maxBody] }
    # The first 15 kB, or all where it is less, must be here in time, against clients that send it byte by byte. Only
    # then is Ollama asked. A body that stops later ends with "timeout client".
    http-request wait-for-body time 30s

    # 7. What Ollama gets otherwise than it was sent. No switch of protocol may open a tunnel past the rules above;
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
