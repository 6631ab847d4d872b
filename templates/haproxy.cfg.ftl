<#-- A JSON object that both OpenAI's and Anthropic's clients parse as an error. -->
<#function error type code message>
  <#return '{"type":"error","error":{"type":"' + type + '","message":"' + message + '","param":null,"code":"' + code + '"}}'>
</#function>
<#macro answer status type code message headers="">
    http-error status [=status] content-type application/json hdr X-Aiserver [=code][=headers] string '[=error(type, code, message)]'
</#macro>
<#-- Escapes the message for a JSON string. "\/" is valid JSON too, but harder to read. -->
<#macro quote condition>
    http-request set-var(txn.refusal) var(txn.refusal),json(utf8s),regsub(\\x5c/,/,g) if [=condition]
</#macro>
# Written by aiserver; the next "aiserver install" replaces it.
#
#   client -> [=bindAddress]:[=proxy.port] -> this proxy -> 127.0.0.1:[=ollamaPort] -> Ollama
#
# Every response that the proxy itself generates has the header X-Aiserver with the reason. Ollama's responses never
# have it. (HAProxy's parser rejects a malformed or incomplete HTTP request with its own error page before it reads any
# rule. The same applies to a request head that takes longer than 30 s.)

global
    # Logs to standard output, which launchd writes to the log file. The default of 1024 bytes would truncate lines.
    log stdout len [=logLineLength] format raw local0 info
    # Without this, HAProxy derives the value from the open file limit. It needs 2 x [=limits.connections] + [=limits.ownFiles] open files, and the
    # service may have [=limits.files].
    maxconn [=limits.connections]
    # Enough for thousands of requests per second. The other cores are for inference.
    nbthread 2
    # A reload lets requests in progress finish, for at most this long.
    hard-stop-after 30m
    # Without this, a second HAProxy could listen on the same address and take half of the connections.
    noreuseport

defaults
    mode http
    log global
    # Does not log connections without a request, such as port scans and health probes.
    option dontlognull
    # Stops the generation when the client disconnects, also before the first token.
    option abortonclose
    # Without this, Linux delivers streamed tokens in bursts of 200 ms.
    option http-no-delay
    # At a reload, serves one more request on each idle connection before closing it, so that no request is lost.
    option idle-close-on-response
    # Never sends a client's first request on an old connection, which Ollama may just have closed.
    http-reuse safe
    # Retries only a failed connection. The request was not sent yet, so nothing is generated twice.
    retries 1
    timeout connect 2s
    # Limits the time for a whole request head, against clients that send it byte by byte.
    timeout http-request 30s
    # Longer than clients keep an idle connection. Idle connections count toward the limit below.
    timeout http-keep-alive 2m
    timeout queue 60s
    timeout client 30m
    # Ollama sends nothing while it loads a model and processes the prompt, and a timeout here would abort the load.
    timeout server 60m
    # Logs one JSON object per request, never a query string, a header or a body. From HAProxy 3.3 on, bytes_out is 0 for
    # responses that the proxy itself generates.
    log-format '[=logFormat]'

frontend aiserver
    # Listens on one address, never on all addresses.
    bind [=bindAddress]:[=proxy.port]
    # Without this, the port would also accept HTTP/2 from clients that start with it.
    option disable-h2-upgrade

    # Accepts connections from this machine and from the configured ranges only. A machine that forwards packets between
    # its networks would otherwise answer all of them on [=bindAddress].
    tcp-request connection reject unless { src 127.0.0.0/8 [=bindAddress]<#list clients as range> [=range]</#list> }

    # Limits the connections per device, so that one device cannot use them all. A connection beyond the limit is closed
    # at once, except the first one in 10 seconds: its request gets the response 429, which also writes a log line.
    stick-table type ip size 10k expire 1m store conn_cur,gpc0,gpc0_rate(10s)
    tcp-request connection track-sc0 src
    acl too_many_connections sc0_conn_cur gt 256
    tcp-request connection sc-inc-gpc0(0) if too_many_connections
    tcp-request connection reject if too_many_connections { sc0_gpc0_rate gt 1 }
    tcp-request connection set-var(sess.surplus) bool(true) if too_many_connections

    # The proxy's own responses, in a format that both OpenAI's and Anthropic's clients parse.
    <@answer 400 "invalid_request_error" "bad-request" "aiserver: malformed HTTP request" />
    <@answer 403 "permission_error" "foreign-origin" "aiserver: this server does not accept requests from that web page" />
    <@answer 404 "not_found_error" "blocked" "aiserver: this is not a path on this server" />
    <@answer 408 "timeout_error" "request-timeout" "aiserver: the request did not arrive in time" />
    <@answer 413 "request_too_large" "body-too-large" "aiserver: this server limits request bodies to [=proxy.maxBody / 1048576] MiB" />
    <@answer 421 "invalid_request_error" "unknown-host" "aiserver: this server does not have that host name" />
    <@answer 429 "rate_limit_error" "too-many-connections" "aiserver: this device already has 256 connections to this server, which is the limit" " hdr Connection close" />
    <@answer 500 "api_error" "proxy-error" "aiserver: the proxy failed" />
    <@answer 502 "api_error" "bad-answer" "aiserver: Ollama closed the connection or sent a malformed response" />
    <#-- OpenAI's and Anthropic's SDKs retry twice. With 1 s they give up before Ollama is back from a restart of 3 s. -->
    <@answer 503 "api_error" "model-server-down" "aiserver: Ollama is not running on the server" " hdr Retry-After 2" />
    <@answer 504 "timeout_error" "timeout" "aiserver: Ollama did not answer in time" />

    # The path for the log, without the query string, which may contain private data. The limit keeps log lines short.
    http-request set-var(txn.path) path,bytes(0,256)
    http-request deny deny_status 429 if { var(sess.surplus) -m bool }

    # 1. Framing. Some versions of HAProxy accept these requests. If two servers disagree about where a request ends, an
    #    attacker can smuggle a second request (request smuggling). A condition on a header is true if one of several
    #    values matches, so each of these headers may appear only once.
    http-request deny deny_status 400 if { req.fhdr_cnt(content-length) gt 1 } || { req.fhdr_cnt(transfer-encoding) gt 1 }
    http-request deny deny_status 400 if { req.fhdr(content-length) -m found } !{ req.fhdr(content-length) -m reg ^[0-9]{1,12}$ }
    http-request deny deny_status 400 if { req.fhdr(transfer-encoding) -m found } !{ req.fhdr(transfer-encoding) -m str -i chunked }
    http-request deny deny_status 400 if !{ req.ver 1.0 1.1 }
    http-request deny deny_status 400 if { req.hdrs -m reg '[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]' }

    # 2. The host name. Ollama accepts only its own machine's names, so the proxy checks the name here and replaces it
    #    below. Without this check, a web page could point its own name at [=bindAddress] and read the responses (DNS
    #    rebinding). The check precedes the endpoints, so that such a page does not even learn which ones exist. Any port
    #    is accepted: it differs behind a forwarded port, and a page cannot use it to change the name.
    <#list hostNames as name>
    acl known_host req.fhdr(host) -m reg -i '^[=name?replace(".", "\\.")]\.?(:[0-9]{1,5})?$'
    </#list>
    acl known_host req.fhdr(host) -m reg '^[=bindAddress?replace(".", "\\.")](:[0-9]{1,5})?$'
    http-request deny deny_status 421 if !known_host

    # 3. Web pages. Any page that is open on a client could send requests to this server. The browser then sends these
    #    headers.
<#if proxy.anyOrigin>
    #    Every page is accepted, because the configuration has "any-origin".
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
    # A browser lets a page read only the responses that name the page.
    http-request set-var(txn.origin) req.fhdr(origin) if listed_page
    http-after-response set-header Access-Control-Allow-Origin %[var(txn.origin)] if { var(txn.origin) -m found }
    http-after-response add-header Vary Origin
</#if>

    # 4. Misconfigured clients. The response names the setting to change, because several clients report every 404 as a
    #    missing model.
    acl wrong_base path_beg /v1/v1/ /v1/api/ /api/v1/ /api/api/
    acl wrong_base path_beg /models/
    acl wrong_base path /models /chat/completions /completions /embeddings /responses /messages /messages/count_tokens
    acl wrong_base path /api/chat/completions
    http-request set-var-fmt(txn.refusal) 'aiserver: %[var(txn.path)] is not an API path; set the base URL of your client to http://%[req.fhdr(host)]/v1' if wrong_base
    http-request set-var-fmt(txn.refusal) 'aiserver: %[var(txn.path)] is not an API path; set the base URL of your client to http://%[req.fhdr(host)]' if { path_beg /v1/v1/messages /v1/api/ /api/api/ }
    <@quote "wrong_base" />
    http-request return status 400 content-type application/json hdr X-Aiserver base-url lf-string '[=error("invalid_request_error", "base-url", "%[var(txn.refusal)]")]' if wrong_base
<#if proxy.opens("POST", "/v1/responses")>
    # Codex tries a websocket first. This response makes it fall back to HTTP at once.
    http-request return status 426 content-type application/json hdr X-Aiserver no-websocket hdr Upgrade HTTP/1.1 string '[=error("invalid_request_error", "no-websocket", "aiserver: this server has no websockets; use POST /v1/responses")]' if { method GET } { path /v1/responses } { req.hdr(upgrade) -m str -i websocket }
</#if>

    # 5. The endpoints.
<#if proxy.unfiltered>
    # Every endpoint is open, because the configuration has "all": also those that delete, pull and push models.
    # Request targets that are not a path stay blocked: URLs of other servers, "*", and CONNECT tunnels.
    http-request deny deny_status 404 if !{ url_beg / }
    # The owner's account on ollama.com stays blocked too, because Ollama treats every client of this proxy as its owner.
    # Ollama decodes a path before it looks up the route, so the proxy does so here. No client needs "/./" or "/../".
    http-request set-var(txn.decoded) path,url_dec
    acl of_the_owner var(txn.decoded) -m reg -i '(^|/)api/+(codex|me|signout|user)(/|$)'
    acl of_the_owner var(txn.decoded) -m reg '(^|/)\.{1,2}(/|$)'
    http-request set-var-fmt(txn.refusal) 'aiserver: %[method,bytes(0,32)] %[var(txn.path)] is always blocked, because it acts on the account of the owner' if of_the_owner
    <@quote "of_the_owner" />
    http-request return status 404 content-type application/json hdr X-Aiserver blocked lf-string '{"error":"%[var(txn.refusal)]"}' if of_the_owner
<#else>
    # Exact method and exact path. The path is compared as the client sent it, without decoding, so any other spelling
    # of a path is a different path and is blocked. A model name is one path segment, in which clients may write the
    # colon as %3A. Ollama has no route for names with a slash.
  <#list proxy.endpoints as endpoint>
    <#if endpoint.namesModel()>
    http-request set-var(txn.served) bool(true) if { method [=endpoint.method] } { path -m reg '^[=endpoint.path?remove_ending("{model}")][A-Za-z0-9_](([A-Za-z0-9._:@-]|%3[Aa]){0,253}[A-Za-z0-9_@-])?$' }
    <#else>
    http-request set-var(txn.served) bool(true) if { method [=endpoint.method] } { path [=endpoint.path] }
    </#if>
  </#list>
    acl served var(txn.served) -m bool
    # "http://other/v1/models" has an open path, but is not a request target on this server.
    acl origin_form url_beg /
    # The response names the blocked endpoint, aiserver, and the endpoint set that would open it.
    http-request set-var(txn.remedy) 'str(only the endpoint set all opens it)' if !served
  <#list proxy.closedSets as set>
    <#list set.endpoints() as endpoint>
    http-request set-var(txn.remedy) 'str(its owner can open it with the endpoint set [=set.key()])' if { method [=endpoint.method] } { path [=endpoint.path] }
    </#list>
  </#list>
    http-request set-var-fmt(txn.refusal) 'aiserver: %[method,bytes(0,32)] %[var(txn.path)] is not open on this server; %[var(txn.remedy)]' if !served
    <@quote "!served" />
    # Below /api/, in the format of Ollama's own errors.
    http-request return status 404 content-type application/json hdr X-Aiserver blocked lf-string '{"error":"%[var(txn.refusal)]"}' if !served { path_beg /api/ }
    http-request return status 404 content-type application/json hdr X-Aiserver blocked lf-string '[=error("not_found_error", "blocked", "%[var(txn.refusal)]")]' if !served
    http-request deny deny_status 404 if !origin_form
</#if>
<#if proxy.servesPages()>
    # Answers a browser's CORS preflight request here, because Ollama would apply its own list of pages.
    http-request return status 204 hdr X-Aiserver preflight hdr Access-Control-Allow-Methods "GET, HEAD, POST<#if proxy.unfiltered>, DELETE</#if>" hdr Access-Control-Allow-Headers "%[req.fhdr(access-control-request-headers)]" hdr Access-Control-Allow-Private-Network true hdr Access-Control-Max-Age 600 if { method OPTIONS }
    http-request del-header Origin
</#if>

    # 6. Bodies. The length of a chunked body is not known in advance, and HAProxy cannot count it while it arrives.
    http-request deny deny_status 413 if { req.hdr_val(content-length) gt [=proxy.maxBody] }
    # The first 15 kB of a body (or all of a smaller one) must arrive in time, against clients that send it byte by byte.
    # Only then does the proxy connect to Ollama. "timeout client" ends a body that stops later.
    http-request wait-for-body time 30s

    # 7. Changes to the request. A protocol switch must not open a tunnel past the rules above. Java's HTTP client asks
    #    for one with each request, so the proxy ignores it instead of rejecting the request.
    http-request del-header Upgrade
    http-request del-header HTTP2-Settings
    # Ollama answers 403 to a host name that is not its own machine's.
    http-request set-header Host 127.0.0.1:[=ollamaPort]
    # For Ollama's log. Ollama trusts this header, so the proxy replaces any value that the client sent.
    http-request set-header X-Forwarded-For %[src]
    # Ollama would build redirects from it.
    http-request del-header X-Forwarded-Prefix

<#if proxy.unfiltered>
    use_backend ollama
<#else>
    # There is no default_backend, so no other request reaches Ollama.
    use_backend ollama if served
</#if>

backend ollama
    # The proxy never asks Ollama to switch protocols, see above. Data after such a response would bypass all rules.
    http-response deny deny_status 502 if { status 101 }
    # Clients can rely on X-Aiserver: only the proxy sets it.
    http-response del-header X-Aiserver
    # The check only opens a connection, so it leaves no line in Ollama's log. While Ollama is down, clients get an error
    # at once. Within a second of its return, the proxy forwards requests again.
    server ollama 127.0.0.1:[=ollamaPort] check inter 2s fastinter 500ms downinter 1s fall 2 rise 1
