package dev.aiserver.verify;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Lends a {@link World} with two models to each test that has one as a parameter. */
final class Worlds implements ParameterResolver {
    /** Checks wait more than they compute, so that this many servers keep two cores busy. */
    private static final int SERVERS = Integer.getInteger("worlds", 3);

    private static final Namespace NAMESPACE = Namespace.create(Worlds.class);

    /** The servers of a test class. A server is started when a test needs one and none is idle. */
    private static final class Pool implements AutoCloseable {
        private final Semaphore permits = new Semaphore(SERVERS, true);
        private final Deque<World> idle = new ConcurrentLinkedDeque<>();
        private final Path folder;

        Pool() {
            try {
                folder = Files.createTempDirectory("worlds");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Loan borrow() {
            permits.acquireUninterruptibly();
            World world = idle.poll();
            try {
                return new Loan(this, world == null ? create() : world);
            } catch (IOException e) {
                permits.release();
                throw new UncheckedIOException(e);
            }
        }

        private World create() throws IOException {
            World world = new World(Files.createTempDirectory(folder, "world"));
            world.install("qwen3:0.6b", "llava");
            return world;
        }

        @Override
        public void close() throws IOException {
            idle.forEach(World::close);
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private record Loan(Pool pool, World world) implements AutoCloseable {
        @Override
        public void close() {
            pool.idle.push(world);
            pool.permits.release();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == World.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        ExtensionContext ofClass = context.getParent().orElseThrow();
        while (ofClass.getTestMethod().isPresent()) {
            ofClass = ofClass.getParent().orElseThrow();
        }
        Pool pool = ofClass.getStore(NAMESPACE).getOrComputeIfAbsent(Pool.class, any -> new Pool(), Pool.class);
        return context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(Loan.class, any -> pool.borrow(), Loan.class)
                .world();
    }
}
