package dev.aiserver.host.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ChannelBufferTest {
    private static final int PIECE = 1 << 16;

    private final AtomicBoolean alive = new AtomicBoolean(true);
    private final ChannelBuffer buffer = new ChannelBuffer(alive::get);
    private final InputStream reader = buffer.reader();

    @Test
    void unreadDataEndsOnlyTheChannel() throws IOException {
        int[] written = new int[1];
        assertThatThrownBy(() -> {
                    while (true) {
                        buffer.write(new byte[PIECE]);
                        written[0] += PIECE;
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessage("the receive buffer is full and is not being read");
        assertThat(written[0]).isBetween(4 << 20, (4 << 20) + 2 * PIECE);
        assertThat(reader.readNBytes(written[0])).hasSize(written[0]);
        assertThatThrownBy(reader::read)
                .isInstanceOf(SocketException.class)
                .hasMessage("the receive buffer overflowed");
    }

    @Test
    void aSlowReaderLosesNothing() throws IOException {
        int much = 3 * (4 << 20);
        CompletableFuture<Void> written = CompletableFuture.runAsync(() -> {
            try (buffer) {
                for (int sent = 0; sent < much; sent += PIECE) {
                    buffer.write(new byte[PIECE]);
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(reader.readAllBytes()).hasSize(much);
        written.join();
    }

    @Test
    void timeoutAndLostSessionAreDistinguished() {
        buffer.setReadTimeout(20);
        assertThatThrownBy(reader::read).isInstanceOf(SocketTimeoutException.class);
        alive.set(false);
        assertThatThrownBy(reader::read).isInstanceOf(SocketException.class).hasMessage("the SSH connection is lost");
    }
}
