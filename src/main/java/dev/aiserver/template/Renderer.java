package dev.aiserver.template;

import freemarker.core.TemplateClassResolver;
import freemarker.template.Configuration;
import freemarker.template.TemplateException;
import freemarker.template.TemplateExceptionHandler;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Renders the server's files and the verification report from templates on the class path. */
public final class Renderer {
    private @Nullable Configuration configured;

    /** Returns the shared FreeMarker configuration, which is slow to create. */
    private synchronized Configuration freemarker() {
        if (configured == null) {
            configured = configuration();
        }
        return configured;
    }

    private static Configuration configuration() {
        Configuration freemarker = new Configuration(Configuration.VERSION_2_3_35);
        freemarker.setClassLoaderForTemplateLoading(Renderer.class.getClassLoader(), "templates");
        freemarker.setDefaultEncoding(StandardCharsets.UTF_8.name());
        freemarker.setLocalizedLookup(false);
        // [=x], because ${x} and #{x} can appear in HAProxy's configuration.
        freemarker.setInterpolationSyntax(Configuration.SQUARE_BRACKET_INTERPOLATION_SYNTAX);
        // Renders 11434, not 11,434.
        freemarker.setNumberFormat("computer");
        freemarker.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
        freemarker.setLogTemplateExceptions(false);
        freemarker.setNewBuiltinClassResolver(TemplateClassResolver.ALLOWS_NOTHING_RESOLVER);
        return freemarker;
    }

    public String haproxyCfg(ProxyConfiguration configuration) {
        return render("haproxy.cfg.ftl", configuration);
    }

    public String ollamaPlist(OllamaAgent agent) {
        return render("com.ollama.plist.ftlx", agent);
    }

    public String haproxyPlist(HaproxyAgent agent) {
        return render("com.haproxy.plist.ftlx", agent);
    }

    public String warmModelsPlist(WarmModelsAgent agent) {
        return render("com.ollama.warm-models.plist.ftlx", agent);
    }

    public String rotateLogsPlist(RotateLogsAgent agent) {
        return render("com.aiserver.rotate-logs.plist.ftlx", agent);
    }

    /** Returns a self-contained HTML page. */
    public String verifyReport(ReportPage page) {
        return render("verify-report.html.ftlh", page);
    }

    private String render(String template, Record model) {
        StringWriter out = new StringWriter();
        try {
            freemarker().getTemplate(template).process(model, out);
        } catch (TemplateException e) {
            throw new IllegalStateException("the template " + template + " does not match its model", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }
}
